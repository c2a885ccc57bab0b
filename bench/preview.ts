import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeWorkingConfig } from "../commands/lib/config.ts";
import { prepare } from "../commands/lib/prepare.ts";
import { openSession, readPulumiOutput, type Session, type Toolchain } from "../commands/lib/pulumi.ts";
import { openState } from "../commands/lib/state.ts";
import { ROOT } from "../toolchain/cache.ts";
import { RUNS, measureSeconds, withCleanup } from "./measure.ts";
import type { Measurement } from "./report.ts";

const PREVIEW = ["preview", "--expect-no-changes", "--non-interactive", "--color", "never"];

/** Compares the preview of a stack that is up with the preview of an empty program. */
export async function benchPreview(stack: string): Promise<Measurement> {
  const { session } = await prepare(stack);
  const folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-bench-"));
  return await withCleanup(
    async () => {
      const empty = await emptySession(session.toolchain, folder);
      const ours: number[] = [];
      const theirs: number[] = [];
      // The first run of each fills caches and is not counted. Runs alternate, for equal conditions.
      for (let runs = 0; runs <= RUNS; runs++) {
        const own = await measureSeconds(() => readPulumiOutput(session, [...PREVIEW, "--stack", stack]));
        const other = await measureSeconds(() => readPulumiOutput(empty, [...PREVIEW, "--stack", "empty"]));
        if (runs === 0) continue;
        ours.push(own);
        theirs.push(other);
      }
      return {
        what: "preview, nothing changed",
        seconds: ours,
        against: { what: "preview of an empty JavaScript program", seconds: theirs },
        aim: 1.5,
      };
    },
    async () => rmSync(folder, { recursive: true, force: true }),
  );
}

/** Creates an empty project with the same CLI, SDK and kind of state. */
async function emptySession(toolchain: Toolchain, folder: string): Promise<Session> {
  const project = { name: "empty", runtime: { name: "nodejs", options: { typescript: false } }, main: "index.js" };
  writeFileSync(join(folder, "Pulumi.yaml"), JSON.stringify(project));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true }));
  writeFileSync(join(folder, "index.js"), "");
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  const state = openState(folder);
  writeWorkingConfig(state, "empty", {});
  const session = await openSession(toolchain, state, "empty");
  await readPulumiOutput(session, ["up", "--yes", "--skip-preview", "--stack", "empty"]);
  return session;
}
