import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { undone } from "../measure.ts";
import { costOf } from "./cost.ts";
import type { StandInResult } from "./results.ts";
import { startStandIns } from "./stand-in/server.ts";
import { swarmStack } from "./swarm-stack.ts";

/** Sizes beyond what a machine can run engines for. */
export const STAND_IN_SIZES = [100, 300, 1000];

/** `up` and a preview of the Swarm part against engines that cost next to nothing themselves. */
export async function benchStandIns(hosts: number): Promise<StandInResult> {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-bench-"));
  const standIns = await startStandIns(hosts, folder);
  const stop = async () => {
    await standIns.stop();
    rmSync(folder, { recursive: true });
  };
  return undone(async () => {
    const stack = await swarmStack(standIns.engines);
    const calls = () => {
      const { count, bytes } = standIns.answered();
      return { callsPerHost: count / hosts, answersKiBPerHost: bytes / 1024 / hosts };
    };
    return undone(
      async () => {
        const up = { ...(await costOf(stack, "up")), ...calls() };
        const preview = { ...(await costOf(stack, "preview")), ...calls() };
        return { hosts, up, preview, stateKiB: Buffer.byteLength(JSON.stringify(stack.state())) / 1024 };
      },
      async () => stack.remove(),
    );
  }, stop);
}
