import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../toolchain/cache.ts";

/** A fenced code block of a page. */
export interface DocBlock {
  /** The language: `sh`, `ts`, `text`. */
  language: string;
  /** The rest of the info string: the host that runs a command, as in `sh manager`. */
  where: string;
  text: string;
  /** The last heading above it. */
  heading: string;
}

/** Returns the code blocks of a page in order. The path is relative to the repository. */
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

/** Imports and declarations that the pages' programs assume. */
const ASSUMED = `
import * as pulumi from "@pulumi/pulumi";
import { Host, MacvlanNetwork, MinioBucket, MinioService, MinioUser, OverlayNetwork, S3Gateway, SshHosts, Swarm } from "pulumi-swarm";
declare const config: pulumi.Config;
declare const managers: Host[], workers: Host[];
declare const swarm: Swarm;
declare const network: OverlayNetwork;
declare const store: MinioService;
declare const certificate: string, key: string;
`;

/** Joins the TypeScript programs of pages into one module, each in its own scope, without those that need optional peers. */
export function joinPrograms(pages: readonly string[]): string {
  const programs = pages
    .flatMap(readBlocks)
    .filter(({ language, text }) => language === "ts" && !/from "pulumi-swarm\/\w+"/.test(text));
  const scopes = programs.map(({ text }) => text.replace(/^import .*$/gm, "").replace(/^export /gm, ""));
  return [ASSUMED, ...scopes.map((scope) => `{\n${scope}}`), ""].join("\n");
}
