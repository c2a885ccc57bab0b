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

/** Sizes for which one machine cannot run real engines. */
export const FAKE_ENGINE_SIZES = [100, 300, 1000];

/** Time limit of an `up` in seconds. */
const LIMIT_SECONDS = 360;

/**
 * Makes Pulumi write the state only once, at the end, to measure `up` without the cost of the other writes. Users must
 * not do this: a killed run would not record the resources that it created.
 */
const WRITTEN_ONCE = { PULUMI_SKIP_CHECKPOINTS: "true" };

/** Runs Pulumi, and returns its cost and its requests to the engines. */
type Measure = (verb: "up" | "preview", limitSeconds?: number) => Promise<Cost & EngineRequests>;

/** Measures `up` and a preview of a Swarm with fake engines, which themselves cost almost nothing. */
export async function benchFakeEngines(
  hosts: number,
  reportProgress?: (what: string) => void,
): Promise<FakeEngineResult> {
  const once = await withFakeEngines(hosts, WRITTEN_ONCE, async (measure, stack) => {
    reportProgress?.("up, the state written once");
    const upOnce = await measure("up");
    const stateKiB = Buffer.byteLength(JSON.stringify(stack.state())) / 1024;
    reportProgress?.("preview");
    return { upOnce, preview: await measure("preview"), stateKiB };
  });
  const up = await withFakeEngines(hosts, {}, async (measure) => {
    reportProgress?.("up");
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
  const fakeEngines = await FakeEngines.start(hosts, { folder, timing: INSTANT });
  const stop = async () => {
    await fakeEngines.stop();
    rmSync(folder, { recursive: true });
  };
  return withCleanup(async () => {
    const engines = fakeEngines.engines.map(({ hostname, address, connection }) => ({
      ...{ hostname, address, socket: connection.host },
    }));
    const stack = await swarmStack(engines, env);
    const measure: Measure = async (verb, limitSeconds) => {
      const cost = await measureCost(stack, verb, limitSeconds);
      const { count, bytes } = fakeEngines.takeResponseStats();
      return { ...cost, callsPerHost: count / hosts, answersKiBPerHost: bytes / 1024 / hosts };
    };
    return withCleanup(
      () => work(measure, stack),
      async () => stack.remove(),
    );
  }, stop);
}
