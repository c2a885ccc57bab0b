import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { ESLint } from "eslint";
import { describe, expect, test } from "vitest";
import { ROOT } from "../../toolchain/cache.ts";
import { run } from "../../toolchain/run.ts";

/** For whole runs over all files, which take a minute each on a busy machine. */
const TIMEOUT = 5 * 60_000;

/** Results of an earlier run in this clone. All programs compare the contents of files, not their times. */
const CACHE = join(ROOT, "node_modules", ".cache", "source-test");

const LAYERS = "components core engine provider plugin policy stacks commands toolchain lab".split(" ");

const nodeIn = (cwd: string, program: string, ...args: string[]) =>
  run(process.execPath, [join(ROOT, "node_modules", program), ...args], { cwd });
const node = (program: string, ...args: string[]) => nodeIn(ROOT, program, ...args);
const cruise = (folder: string, ...layers: string[]) =>
  nodeIn(folder, "dependency-cruiser/bin/dependency-cruiser.mjs", ...layers);

describe("the source", { timeout: TIMEOUT }, () => {
  const linter = new ESLint({ cwd: ROOT });

  test("passes the compiler", () =>
    node("typescript/bin/tsc", "--noEmit", "--incremental", "--tsBuildInfoFile", join(CACHE, "tsc")));

  test("is formatted", () => {
    const cached = ["--cache", "--cache-strategy=content", `--cache-location=${join(CACHE, "prettier")}`];
    return node("prettier/bin/prettier.cjs", "--check", ...cached, ".");
  });

  test("documents everything in the public API", () =>
    node("typedoc/bin/typedoc", "--emit", "none", "--treatWarningsAsErrors"));

  test("passes the linter", async () => {
    const formatter = await linter.loadFormatter("stylish");
    expect(await formatter.format(await linter.lintFiles("."))).toBe("");
  });

  test("does not include what commands write into the clone", async () => {
    expect(await linter.isPathIgnored(join(ROOT, ".state/home/plugins/resource-swarm-v0.1.0/main.ts"))).toBe(true);
  });

  test("imports only what .dependency-cruiser.js allows", () => cruise(ROOT, ...LAYERS, "index.ts"));

  // In a folder of its own: other tests copy this one at the same time.
  test.each([
    ["engine/engine.ts", "provider/cluster.ts", "engine-imports"],
    ["components/swarm/swarm.ts", "engine/engine.ts", "components-without-requests"],
  ])("rejects an import in %s of %s", async (from, to, rule) => {
    const folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-imports-"));
    try {
      for (const name of [".dependency-cruiser.js", "package.json", "tsconfig.json"])
        copyFileSync(join(ROOT, name), join(folder, name));
      for (const file of [from, to]) mkdirSync(join(folder, dirname(file)), { recursive: true });
      writeFileSync(join(folder, to), "export const value = 1;\n");
      const path = relative(dirname(from), to);
      writeFileSync(join(folder, from), `export { value } from "${path}";\n`);
      await expect(cruise(folder, ...[from, to].map((file) => dirname(file)))).rejects.toThrow(rule);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test.each([
    ["an Output in a text", "output: pulumi.Output<string>", "`is ${output}`", "restrict-template-expressions"],
    ["an Input in a text", "input: pulumi.Input<string>", "`is ${input}`", "restrict-template-expressions"],
    ["an Output added to a text", "output: pulumi.Output<string>", '"is " + output', "restrict-plus-operands"],
    ["a promise that is not awaited", "promise: Promise<string>", "{ promise; }", "no-floating-promises"],
  ])("makes the linter find %s", async (_what, parameter, body, rule) => {
    const text = `import * as pulumi from "@pulumi/pulumi";\nexport const text = (${parameter}) => ${body};\n`;
    const [result] = await linter.lintText(text, { filePath: join(ROOT, "index.ts") });
    expect(result!.messages.map(({ ruleId }) => ruleId)).toContain(`@typescript-eslint/${rule}`);
  });
});
