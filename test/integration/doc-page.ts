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
export function readBlocks(page: string): DocBlock[] {
  return parseBlocks(readFileSync(join(ROOT, page), "utf8"));
}

export function parseBlocks(markdown: string): DocBlock[] {
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

/** What the pages' programs leave to the reader. */
const ASSUMED = `
import * as pulumi from "@pulumi/pulumi";
import { type Host, LocalHost, MacvlanNetwork, MinioBucket, MinioService, MinioUser, OverlayNetwork, S3Gateway, SshHosts, Swarm } from "pulumi-swarm";
declare const config: pulumi.Config;
declare const managers: Host[], workers: Host[];
declare const swarm: Swarm;
declare const network: OverlayNetwork;
declare const store: MinioService;
declare const certificate: string, key: string;
`;

/** The programs of pages as one module for the compiler, each on its own. What needs an optional peer is left out. */
export function joinPrograms(pages: readonly string[]): string {
  const programs = pages
    .flatMap(readBlocks)
    .filter(({ language, text }) => language === "ts" && !/from "pulumi-swarm\/\w+"/.test(text));
  const scopes = programs.map(({ text }) => text.replace(/^import .*$/gm, "").replace(/^export /gm, ""));
  return [ASSUMED, ...scopes.map((scope) => `{\n${scope}}`), ""].join("\n");
}
