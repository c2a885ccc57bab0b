import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../toolchain/cache.ts";

/** A fenced block of a page. */
export interface DocBlock {
  /** The word after the fence: `sh`, `ts`, `text`. */
  language: string;
  /** The words after it: where a command is run, as in `sh manager`. */
  where: string;
  text: string;
  /** The heading that it is below. */
  heading: string;
}

/** The fenced blocks of a page, from the repository's folder, in their order. */
export function blocksOf(page: string): DocBlock[] {
  return blocksIn(readFileSync(join(ROOT, page), "utf8"));
}

export function blocksIn(markdown: string): DocBlock[] {
  const blocks: DocBlock[] = [];
  let heading = "";
  let open: DocBlock | undefined;
  for (const line of markdown.split("\n")) {
    const [, fence] = /^\s*```(.*)$/.exec(line) ?? [];
    if (open && fence === "") {
      blocks.push(open);
      open = undefined;
    } else if (open) {
      open.text += `${line}\n`;
    } else if (fence !== undefined) {
      const [language = "", ...where] = fence.trim().split(/\s+/);
      open = { language, where: where.join(" "), text: "", heading };
    } else {
      heading = /^#+ (.*)$/.exec(line)?.[1] ?? heading;
    }
  }
  return blocks;
}
