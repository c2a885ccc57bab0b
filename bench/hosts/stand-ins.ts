import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeEngines } from "../../test/fake-swarm/fake-engines.ts";
import { INSTANT } from "../../test/fake-swarm/timing.ts";
import type { TestStack } from "../../test/integration/stack.ts";
import { undone } from "../measure.ts";
import { type Cost, costOf, TooLong } from "./cost.ts";
import type { Asked, StandInResult } from "./results.ts";
import { swarmStack } from "./swarm-stack.ts";

/** Sizes beyond what a machine can run engines for. */
export const STAND_IN_SIZES = [100, 300, 1000];

/** Seconds after which an `up` is given up. */
const LIMIT = 360;

/**
 * Has Pulumi write the state once, at the end: what `up` itself takes. A user never does that, for when it is killed
 * nobody knows what it made.
 */
const WRITTEN_ONCE = { PULUMI_SKIP_CHECKPOINTS: "true" };

/** Runs Pulumi, and tells what it cost and asked. */
type Measure = (verb: "up" | "preview", limitSeconds?: number) => Promise<Cost & Asked>;

/** `up` and a preview of the Swarm part against engines that cost next to nothing themselves. */
export async function benchStandIns(hosts: number, tell?: (what: string) => void): Promise<StandInResult> {
  const once = await onStandIns(hosts, WRITTEN_ONCE, async (measure, stack) => {
    tell?.("up, the state written once");
    const upOnce = await measure("up");
    const stateKiB = Buffer.byteLength(JSON.stringify(stack.state())) / 1024;
    tell?.("preview");
    return { upOnce, preview: await measure("preview"), stateKiB };
  });
  const up = await onStandIns(hosts, {}, async (measure) => {
    tell?.("up");
    return measure("up", LIMIT).catch((error: unknown) => {
      if (error instanceof TooLong) return undefined;
      throw error;
    });
  });
  return { hosts, ...once, up, limitSeconds: LIMIT };
}

async function onStandIns<T>(
  hosts: number,
  env: Record<string, string>,
  work: (measure: Measure, stack: TestStack) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-bench-"));
  const standIns = await FakeEngines.start(hosts, { folder, timing: INSTANT });
  const stop = async () => {
    await standIns.stop();
    rmSync(folder, { recursive: true });
  };
  return undone(async () => {
    const engines = standIns.engines.map(({ hostname, address, connection }) => ({
      ...{ hostname, address, socket: connection.host },
    }));
    const stack = await swarmStack(engines, env);
    const measure: Measure = async (verb, limitSeconds) => {
      const cost = await costOf(stack, verb, limitSeconds);
      const { count, bytes } = standIns.answered();
      return { ...cost, callsPerHost: count / hosts, answersKiBPerHost: bytes / 1024 / hosts };
    };
    return undone(
      () => work(measure, stack),
      async () => stack.remove(),
    );
  }, stop);
}
