import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { VERSION } from "../../../core/version.ts";
import { ROOT } from "../../../toolchain/cache.ts";

const read = (file: string) => JSON.parse(readFileSync(join(ROOT, file), "utf8")) as Record<string, unknown>;

test("package, plugin, its schema and the policy pack share one version", () => {
  for (const file of ["package.json", "plugin/schema.json", "policy/pack/package.json"]) {
    expect({ file, version: read(file)["version"] }).toEqual({ file, version: VERSION });
  }
});

test("the package names its plugin for Pulumi, whose version is that of the package", () => {
  expect(read("package.json")["pulumi"]).toMatchObject({ resource: true, name: read("plugin/schema.json")["name"] });
  expect(read("package.json")["pulumi"]).not.toHaveProperty("version");
});
