import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PackageSchema } from "../../plugin/schema/package-schema.ts";
import { ROOT } from "../../toolchain/cache.ts";
import { compileGo, writeGoModule } from "../../toolchain/generated-go.ts";
import { ensureCsharpGenerator, ensurePythonPackages, ensureSdkGenerator } from "../../toolchain/languages.ts";
import { run } from "../../toolchain/run.ts";

const BUILD_MS = 600_000;

describe("the SDK that Pulumi generates from the schema", () => {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-sdks-"));
  let generator: string;
  beforeAll(async () => {
    generator = await ensureSdkGenerator();
  }, BUILD_MS);
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Generates an SDK into a new folder. */
  async function generate(language: string, into: string): Promise<string> {
    const sdk = join(folder, into);
    await run(generator, [join(ROOT, "plugin", "schema.json"), language, sdk]);
    return sdk;
  }
  const example = (language: string, file: string) => join(ROOT, "examples", `ssh-store-${language}`, file);

  test(
    "compiles in Go, with the example",
    async () => {
      await generate("go", join("go", "sdk", "go"));
      mkdirSync(join(folder, "go", "example"));
      cpSync(example("go", "main.go"), join(folder, "go", "example", "main.go"));
      writeGoModule("languages", "example.com/pulumi-swarm", join(folder, "go"));
      await compileGo(join(folder, "go"));
    },
    BUILD_MS,
  );

  test(
    "has correct types in Python, with the example",
    async () => {
      const packages = await ensurePythonPackages();
      const sdk = await generate("python", "python");
      const mypy = (file: string) =>
        run("python3", ["-m", "mypy", "--strict", "--cache-dir=/dev/null", file], {
          cwd: sdk,
          env: { ...process.env, PYTHONPATH: [packages, sdk].join(delimiter) },
        });
      cpSync(example("python", "__main__.py"), join(sdk, "__main__.py"));
      expect(await mypy("__main__.py")).toMatch(/^Success/);
    },
    BUILD_MS,
  );

  test("has correct types in TypeScript", async () => {
    const sdk = await generate("nodejs", "nodejs");
    symlinkSync(join(ROOT, "node_modules"), join(sdk, "node_modules"));
    const compiler = join(ROOT, "node_modules", "typescript", "bin", "tsc");
    await run(process.execPath, [compiler, "--noEmit", "--project", sdk], { timeoutMs: 120_000 });
  });

  // No package registry has Pulumi's assembly, so the compiler cannot check it.
  test(
    "has a class for each resource in C#",
    async () => {
      const sdk = join(folder, "csharp");
      const schema = join(ROOT, "plugin", "schema.json");
      await run(await ensureCsharpGenerator(), [schema, sdk]);
      const { resources } = JSON.parse(readFileSync(schema, "utf8")) as PackageSchema;
      for (const token of Object.keys(resources)) {
        const kind = token.split(":").at(-1)!;
        const source = readFileSync(join(sdk, `${kind}.cs`), "utf8");
        expect(source).toContain(`[SwarmResourceType("${token}")]`);
        expect(source).toMatch(new RegExp(`public ${kind}\\(string name, ${kind}Args\\??`));
      }
    },
    BUILD_MS,
  );
});
