import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { selectParts } from "../../../bench/parts.ts";
import { parseHostsArgs } from "../../../bench/hosts/arguments.ts";
import { execArguments } from "../../../commands/exec/arguments.ts";
import { statusArguments } from "../../../commands/status/arguments.ts";
import { knownStacks, parseCommandArgs } from "../../../commands/lib/args.ts";
import { matrixArguments } from "../../../commands/test/engine-matrix.ts";
import { upgradeArguments } from "../../../commands/upgrade/arguments.ts";
import { ROOT } from "../../../toolchain/cache.ts";
import { parseBlocks } from "../../integration/doc-page.ts";

const read = (file: string) => readFileSync(join(ROOT, file), "utf8");
const PAGES = globSync(["*.md", "docs/**/*.md", "examples/**/*.md"], {
  cwd: ROOT,
  exclude: ["node_modules", "docs/reference"],
}).filter((page) => page !== "CHANGELOG.md" && !/node_modules|^docs\/reference/.test(page));

interface Manifest {
  version: string;
  scripts: Record<string, string>;
  files: string[];
  peerDependencies: Record<string, string>;
}
const manifest = JSON.parse(read("package.json")) as Manifest;
const SCRIPTS = Object.keys(manifest.scripts);

/** Scripts that pages name differently (`npm test`, `npm pack`), or that other scripts or editors run. */
const UNNAMED = ["format", "prepack", "test"];

/** Options that commands pass to Pulumi. */
const PULUMI_OPTIONS = ["--diff", "--policy-pack", "--refresh", "--run-program"];

/** Parse arguments as the commands do; throw if the command would reject them. */
const READERS: Record<string, (argv: string[]) => unknown> = {
  exec: execArguments,
  status: statusArguments,
  upgrade: upgradeArguments,
  bench: (argv) => selectParts(parseCommandArgs("bench", argv).rest),
  "bench:hosts": parseHostsArgs,
  "test:engines": matrixArguments,
};

/** Options of every command. */
const COMMON = ["--stack", "--yes", "--json"];

/** Pages whose blocks an integration test runs. */
const FOLLOWED = ["docs/adopt.md", "docs/article.md", "docs/recover-state.md"];

/** Stacks that readers create while they follow a page. */
const OTHER_STACKS = ["lab", "test"];

/** A command on a page: `npm run up -- --stack lab`. */
interface Named {
  page: string;
  script: string;
  argv: string[];
}

const named: Named[] = PAGES.flatMap((page) =>
  read(page)
    .split("\n")
    .flatMap((line) => namedIn(page, line)),
);

test("pages name every command, and no others", () => {
  const all = [...new Set(named.map(({ script }) => script))];
  expect(all.toSorted()).toEqual(SCRIPTS.filter((script) => !UNNAMED.includes(script)).toSorted());
});

describe("commands accept the arguments that pages give them", () => {
  test.each(named.filter(({ argv }) => argv.length > 0))("$page: $script $argv", ({ script, argv }) => {
    for (const path of argv.filter((word) => /^[\w.-]+\//.test(word))) expect(isThere(path), path).toBe(true);
    const stacks = argv.filter((_, at) => argv[at - 1] === "--stack");
    expect([...knownStacks(), ...OTHER_STACKS]).toEqual(expect.arrayContaining(stacks));
    // The parsers need the stack's file, which exists only for some.
    const own = argv.filter((word, at) => word !== "--stack" && argv[at - 1] !== "--stack");
    if (READERS[script]) return void READERS[script](own);
    const [, program, file] = /node (\S+)(?: ([\w-]+))?/.exec(manifest.scripts[script]!) ?? [];
    const files = file ? [`commands/${file}.ts`, `commands/${file}/*.ts`] : [program!];
    const sources = globSync(files, { cwd: ROOT }).map(read);
    const options = own.filter((word) => word.startsWith("-")).map((word) => word.split("=")[0]!);
    const strange = options.filter((option) => !sources.some((source) => source.includes(`"${option}"`)));
    expect(strange.filter((option) => ![...COMMON, ...PULUMI_OPTIONS].includes(option))).toEqual([]);
  });
});

describe("other commands of pages that no integration test runs", () => {
  const commands = PAGES.filter((page) => !FOLLOWED.includes(page)).flatMap((page) =>
    parseBlocks(read(page))
      .filter(({ language }) => language === "sh")
      .flatMap(({ text }) => text.trim().split("\n"))
      .flatMap((line) => line.split(" #")[0]!.trim().split(" && "))
      .filter((command) => !command.startsWith("npm run "))
      .map((command) => [page, command] as const),
  );

  test.each(commands)("%s: %s", (_, command) => {
    const [, words = ""] = /^(?:npm (?:ci|install|pack)|pulumi preview|pulumi package add)( .*)?$/.exec(command) ?? [
      undefined,
      "?",
    ];
    const strange = words.split(/\s+/).filter((word) => word !== "" && !isOurs(word));
    expect(strange).toEqual([]);
  });
});

test("README.md has at most 150 lines", () => {
  expect(read("README.md").trimEnd().split("\n").length).toBeLessThanOrEqual(150);
});

test.each(PAGES)("the links of %s are valid", (page) => {
  const text = read(page).replace(/^```[^]*?^```/gm, "");
  const targets = [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)];
  const missing = targets.filter(([, path = "", anchor]) => {
    const file = path === "" ? join(ROOT, page) : join(ROOT, page, "..", path);
    return !existsSync(file) || (anchor !== undefined && !anchorsOf(file).includes(anchor));
  });
  expect(missing.map(([link]) => link)).toEqual([]);
});

/** Returns the anchors of a page's headings, as Git hosting sites generate them. */
function anchorsOf(file: string): string[] {
  const headings = [...readFileSync(file, "utf8").matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading!);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** Returns the commands of a line. In a table, options belong to the command at the beginning of the line. */
function namedIn(page: string, line: string): Named[] {
  const commands = [...line.matchAll(/npm run (?:-s )?([a-z][\w:-]*)(?: -- ([^`#"|)]*))?/g)];
  const [first] = line.startsWith("| `npm run ") ? commands : [];
  const more = first ? [...line.matchAll(/`(?:-- |(?=--\w))([^`]+)`/g)].map(([, words]) => [first[1]!, words!]) : [];
  const all = [...commands.map(([, script, words = ""]) => [script!, words]), ...more];
  return all.map(([script, words]) => ({ page, script: script!, argv: words!.split(/\s+/).filter(Boolean) }));
}

/** Whether the word is part of this package, or a package that it works with. */
function isOurs(word: string): boolean {
  const shipped = /^node_modules\/pulumi-swarm\/(.*)$/.exec(word)?.[1];
  if (shipped !== undefined) return manifest.files.some((file) => shipped.startsWith(file)) && isThere(shipped);
  if (word.startsWith("-")) return ["--save-dev", "--prefix", ...PULUMI_OPTIONS].includes(word);
  return word === `./pulumi-swarm-${manifest.version}.tgz` || word in manifest.peerDependencies || isThere(word);
}

function isThere(path: string): boolean {
  return existsSync(join(ROOT, path));
}

test("AGENTS.md names only files and folders that exist", () => {
  const paths = [...read("AGENTS.md").matchAll(/`((?:[\w.-]+\/)+[\w.-]*)`/g)].map(([, path]) => path!);
  expect(
    paths.filter((path) => !path.startsWith("pulumi-swarm/") && !path.startsWith("dist/") && !isThere(path)),
  ).toEqual([]);
});
