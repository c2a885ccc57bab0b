import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT } from "../../toolchain/cache.ts";
import { blocksIn } from "../integration/doc-page.ts";

const read = (file: string) => readFileSync(join(ROOT, file), "utf8");
const PAGES = globSync(["*.md", "docs/**/*.md", "examples/**/*.md"], {
  cwd: ROOT,
  exclude: ["node_modules", "docs/reference"],
}).filter((page) => page !== "CHANGELOG.md" && !/node_modules|^docs\/reference/.test(page));

/** Pages whose blocks a test runs to the letter. */
const FOLLOWED: Record<string, string> = {
  "docs/adopt.md": "test/integration/docs.test.ts",
  "docs/article.md": "test/integration/docs.test.ts",
  "docs/recover-state.md": "test/integration/ownership.test.ts",
};

/** Which test runs a command of `npm run`, or what it is made of, and by which words it is found there. */
const RUN_BY: Record<string, [file: string, words: string]> = {
  up: ["test/integration/docs.test.ts", '"npm run up"'],
  verify: ["test/integration/docs.test.ts", '"npm run verify"'],
  preview: ["test/integration/docs.test.ts", '"npm run preview"'],
  status: ["test/integration/docs.test.ts", '"npm run status"'],
  exec: ["test/integration/docs.test.ts", "npm run exec -- local mc ls local"],
  env: ["test/integration/docs.test.ts", "npm run -s env"],
  down: ["test/integration/docs.test.ts", '"npm run down -- --delete-data --yes"'],
  recover: ["test/integration/commands.test.ts", '"npm run recover -- node1'],
  backup: ["test/integration/commands.test.ts", '"npm run backup -- node1'],
  restore: ["test/integration/commands.test.ts", '"npm run restore -- node1'],
  upgrade: ["test/integration/commands.test.ts", '"npm run upgrade -- --stack lab"'],
  lab: ["test/integration/commands.test.ts", '"npm run lab -- up'],
  bench: ["test/unit/command-bench.test.ts", "bench"],
  "bench:hosts": ["test/unit/command-bench-hosts.test.ts", "bench"],
  "preview:pr": ["test/integration/commands.test.ts", '"npm run preview:pr -- --stack lab"'],
  stacks: ["test/integration/commands.test.ts", '"npm run stacks"'],
  lint: ["test/toolchain/source.test.ts", "lintFiles"],
  typecheck: ["test/toolchain/source.test.ts", "--noEmit"],
  docs: ["test/toolchain/source.test.ts", "typedoc"],
  "test:full": ["test/unit/command-test.test.ts", '"--full"'],
  "test:aws": ["test/aws/machines.test.ts", "test("],
  "test:kubernetes": ["test/kubernetes/store.test.ts", "test("],
  "test:browser": ["test/browser/status-page.test.ts", "test("],
  "test:machines": ["test/machines/machines.test.ts", "test("],
};

/** Commands of pages that are not followed as a whole, beside those of `npm run`. */
const OTHERS: Record<string, [file: string, words: string]> = {
  "npm install ./pulumi-swarm-0.1.0.tgz @pulumi/pulumi @pulumi/docker": [
    "test/integration/package.test.ts",
    '"install"',
  ],
  "npm pack": ["test/integration/package.test.ts", '"pack"'],
  "npm install --save-dev @pulumi/policy": ["test/integration/package.test.ts", '"@pulumi/policy"'],
  "pulumi preview --policy-pack node_modules/pulumi-swarm/policy/run": [
    "test/integration/policies.test.ts",
    "--policy-pack",
  ],
  "npm install --prefix examples": ["test/integration/package.test.ts", '"install"'],
};

const scripts = Object.keys((JSON.parse(read("package.json")) as { scripts: object }).scripts);
const named = PAGES.flatMap((page) => {
  const commands = [...read(page).matchAll(/npm run (?:-s )?([a-z][\w:-]*)/g)].map(([, script]) => script!);
  return [...new Set(commands)].map((script) => [page, script] as const);
});

describe("every command of `npm run` that a page names", () => {
  test("is found", () => expect(named.length).toBeGreaterThan(20));

  test.each(named)("%s: %s is there, and is run by a test", (_, script) => {
    expect(scripts).toContain(script);
    const [file, words] = RUN_BY[script] ?? [];
    expect(file, `no test is known to run npm run ${script}`).toBeDefined();
    expect(read(file!)).toContain(words);
  });
});

describe("every command in a block of its own", () => {
  const pages = PAGES.filter((page) => !(page in FOLLOWED));
  const commands = pages.flatMap((page) =>
    blocksIn(read(page))
      .filter(({ language }) => language === "sh")
      .flatMap(({ text }) => text.trim().split("\n"))
      .map((line) => [page, line.split(" #")[0]!.trim()] as const),
  );

  test.each(commands)("%s: %s", (_, command) => {
    if (command.startsWith("npm run ")) return;
    const [file, words] = OTHERS[command] ?? [];
    expect(file, `no test is known to run ${command}`).toBeDefined();
    expect(read(file!)).toContain(words);
  });

  test.each(Object.entries(FOLLOWED))("%s is followed by %s", (page, file) =>
    expect(read(file)).toContain(`blocksOf("${page}")`),
  );
});

test.each(PAGES)("what %s leads to is there", (page) => {
  const text = read(page).replace(/^```[^]*?^```/gm, "");
  const targets = [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)];
  const missing = targets.filter(([, path = "", anchor]) => {
    const file = path === "" ? join(ROOT, page) : join(ROOT, page, "..", path);
    return !existsSync(file) || (anchor !== undefined && !anchorsOf(file).includes(anchor));
  });
  expect(missing.map(([link]) => link)).toEqual([]);
});

/** Names by which the headings of a page are led to, as hosts of Git repositories make them. */
function anchorsOf(file: string): string[] {
  const headings = [...readFileSync(file, "utf8").matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading!);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
