import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeEngines } from "../../test/fake-swarm/fake-engines.ts";
import { INSTANT } from "../../test/fake-swarm/timing.ts";
import type { TestStack } from "../../test/integration/stack.ts";
import { withCleanup } from "../measure.ts";
import { type Cost, measureCost, TimeLimitError } from "./cost.ts";
import type { EngineRequests, FakeEngineResult } from "./results.ts";
import { swarmStack } from "./swarm-stack.ts";

/** Sizes beyond what a machine can run engines for. */
export const FAKE_ENGINE_SIZES = [100, 300, 1000];

/** Seconds after which an `up` is given up. */
const LIMIT_SECONDS = 360;

/**
 * Has Pulumi write the state once, at the end: what `up` itself takes. A user never does that, for when it is killed
 * nobody knows what it made.
 */
const WRITTEN_ONCE = { PULUMI_SKIP_CHECKPOINTS: "true" };

/** Runs Pulumi, and tells what it cost and asked. */
type Measure = (verb: "up" | "preview", limitSeconds?: number) => Promise<Cost & EngineRequests>;

/** `up` and a preview of the Swarm part against engines that cost next to nothing themselves. */
export async function benchFakeEngines(hosts: number, tell?: (what: string) => void): Promise<FakeEngineResult> {
  const once = await withFakeEngines(hosts, WRITTEN_ONCE, async (measure, stack) => {
    tell?.("up, the state written once");
    const upOnce = await measure("up");
    const stateKiB = Buffer.byteLength(JSON.stringify(stack.state())) / 1024;
    tell?.("preview");
    return { upOnce, preview: await measure("preview"), stateKiB };
  });
  const up = await withFakeEngines(hosts, {}, async (measure) => {
    tell?.("up");
    return measure("up", LIMIT_SECONDS).catch((error: unknown) => {
      if (error instanceof TimeLimitError) return undefined;
      throw error;
    });
  });
  return { hosts, ...once, up, limitSeconds: LIMIT_SECONDS };
}

async function withFakeEngines<T>(
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
  return withCleanup(async () => {
    const engines = standIns.engines.map(({ hostname, address, connection }) => ({
      ...{ hostname, address, socket: connection.host },
    }));
    const stack = await swarmStack(engines, env);
    const measure: Measure = async (verb, limitSeconds) => {
      const cost = await measureCost(stack, verb, limitSeconds);
      const { count, bytes } = standIns.takeResponseStats();
      return { ...cost, callsPerHost: count / hosts, answersKiBPerHost: bytes / 1024 / hosts };
    };
    return withCleanup(
      () => work(measure, stack),
      async () => stack.remove(),
    );
  }, stop);
}
