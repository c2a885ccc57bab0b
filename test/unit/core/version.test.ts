import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { VERSION } from "../../../core/version.ts";
import { ROOT } from "../../../toolchain/cache.ts";

test("package, plugin and policy pack share one version", () => {
  for (const file of ["package.json", "policy/pack/package.json"]) {
    const { version } = JSON.parse(readFileSync(join(ROOT, file), "utf8")) as { version: string };
    expect({ file, version }).toEqual({ file, version: VERSION });
  }
});
