import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "../../engine/engine.ts";
import { getNetwork, getOnlyService, waitFor } from "./manual-changes.ts";
import { SINGLE_CHANGES, CHANGES_BY_ROUND } from "./drift-cases.ts";
import { type Drift, RecordedResources } from "./recorded-resources.ts";
import { type Bucket, openBuckets, randomObject } from "./s3.ts";
import { describeOnLab } from "./lab-fixture.ts";
import type { TestStack } from "./stack.ts";

const PROGRAM = join(import.meta.dirname, "programs", "full");

describeOnLab("drift by manual changes", (fixture) => {
  let stack: TestStack;
  let bucket: Bucket;
  let recorded: RecordedResources;
  const kept = randomObject();

  beforeAll(async () => {
    stack = await fixture().stack({}, { project: PROGRAM });
    await stack.up();
    // The preflight identifies the stack's Swarm and service by their ids, which the state has only now.
    await stack.up();
    bucket = (await openBuckets(stack, "kept"))["local"]!;
    await bucket.create();
    await bucket.put("kept", kept);
    recorded = await RecordedResources.of(stack);
  });

  test("reports none before anything is changed", async () => {
    expect(await recorded.preview()).toEqual([]);
  });

  describe.each(SINGLE_CHANGES)("$what", ({ apply, expectedSteps }) => {
    test("is reported by the expected resources only, and reverted by their update", async () => {
      const { engine } = fixture().host;
      const before = await settings(engine);
      await apply(engine, fixture());

      const drifts = (await recorded.preview()).filter((drift) => !isEviction(drift));
      expect(drifts.map(({ step }) => step)).toEqual(Object.keys(expectedSteps));
      for (const { step, changedInputs } of drifts)
        if (step.startsWith("update")) expect(changedInputs).toContain(expectedSteps[step]);
      await recorded.up();

      expect(await settings(engine)).toEqual(before);
      await expect.poll(() => recorded.preview(), EVICTED).toEqual([]);
      expect(kept.equals(await bucket.get("kept"))).toBe(true);
    });
  });

  describe.each(Object.entries(CHANGES_BY_ROUND))("%s", (_, drifts) => {
    let before: unknown;
    let steps: string[];
    beforeAll(async () => {
      const { engine } = fixture().host;
      before = await settings(engine);
      for (const { apply } of drifts) await apply(engine, fixture());
      const preview = await stack.preview({ refresh: true });
      steps = preview.steps.map(({ op, name }) => `${op} ${name}`);
    });

    test.each(drifts)("$what: a preview with refresh shows it", ({ expectedSteps }) => {
      expect(steps).toEqual(expect.arrayContaining(Object.keys(expectedSteps)));
    });

    test("the next up reverts it", async () => {
      await stack.up({ refresh: true });
      expect(await settings(fixture().host.engine)).toEqual(before);
      expect(kept.equals(await bucket.get("kept"))).toBe(true);
    });
  });

  test("a preview after all of them is empty", async () => {
    expect((await stack.preview({ refresh: true })).steps).toEqual([]);
    recorded = await RecordedResources.of(stack);
  });

  test("a preview with refresh reports a store that runs but does not work", async () => {
    const { lab } = fixture();
    await lab.exec(1, "pkill", "-STOP", "-x", "minio");
    const preview = await stack.preview({ refresh: true });
    expect(preview.steps.map(({ op, name }) => `${op} ${name}`)).toEqual(["update store-main"]);
    expect(preview.output).toMatch(
      /its task on host local runs, but its readiness check fails: no answer to `mc ready local`/,
    );
    await lab.exec(1, "pkill", "-CONT", "-x", "minio");
    expect(await recorded.preview()).toEqual([]);
  });

  test("Swarm replaces a killed task, without drift", async () => {
    const { engine } = fixture().host;
    const [container] = await engine.listContainers({ label: ["com.docker.swarm.service.name=store-main"] });
    const serves = async () => {
      const answer = await bucket.get("kept").catch(() => undefined);
      return answer !== undefined;
    };
    await engine.request("POST", `/containers/${container?.Id}/kill`);
    const isBack = async () => {
      const [successor] = await engine.listContainers({ label: ["com.docker.swarm.service.name=store-main"] });
      return successor !== undefined && successor.Id !== container?.Id && (await serves());
    };
    await waitFor(isBack, "another container");
    expect((await stack.preview({ refresh: true })).steps).toEqual([]);
    expect(kept.equals(await bucket.get("kept"))).toBe(true);
  });
});

/** Swarm evicts tasks from a node that they may no longer run on, some time later, and starts others. */
const isEviction = ({ step, changedInputs }: Drift) => step === "update store-main" && changedInputs.join() === "tasks";
const EVICTED = { timeout: 60_000, interval: 500 };

/** Returns everything that can drift, without ids, which change when an object is recreated. */
async function settings(engine: Engine) {
  const { Spec } = await getOnlyService(engine);
  const { Networks = [], ContainerSpec, ForceUpdate: _count, ...task } = Spec.TaskTemplate;
  const { Secrets = [], ...container } = ContainerSpec;
  const [node] = await engine.listNodes();
  const swarm = await engine.inspectSwarm();
  const { Options, Attachable, Internal, IPAM, Labels } = await getNetwork(engine, "network");
  const { "com.docker.network.driver.overlay.vxlanid_list": _vxlan, ...options } = Options ?? {};
  const { "pulumi-swarm.swarm": _swarm, ...labels } = Labels ?? {};
  return {
    service: {
      name: Spec.Name,
      labels: Spec.Labels,
      mode: Spec.Mode,
      endpoint: Spec.EndpointSpec,
      task,
      container,
      secrets: Secrets.map(({ File }) => File.Name),
      networks: Networks.length,
    },
    node: node?.Spec,
    swarm: swarm.Spec,
    network: { options, Attachable, Internal, IPAM, labels },
    secrets: (await engine.listSecrets()).length,
  };
}
