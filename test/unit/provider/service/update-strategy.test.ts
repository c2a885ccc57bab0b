import { describe, expect, test } from "vitest";
import type { ServiceSpec } from "../../../../engine/types.ts";
import {
  toRollbackSpec,
  changedPaths,
  decideRollout,
  stepOnceConfig,
  describeRollout,
  updateConfig,
} from "../../../../provider/service/update-strategy.ts";

const spec: ServiceSpec = {
  Name: "store",
  Labels: { team: "a" },
  Mode: { Global: {} },
  TaskTemplate: {
    ContainerSpec: { Image: "minio@sha256:1", Args: ["server", "/data"], Env: ["MINIO_REGION=eu", "HOME=/tmp"] },
    Networks: [{ Target: "net1" }],
  },
  EndpointSpec: { Mode: "dnsrr", Ports: [] },
};
const template = spec.TaskTemplate;
const container = template.ContainerSpec;
const withContainer = (change: Partial<typeof container>): ServiceSpec => ({
  ...spec,
  TaskTemplate: { ...template, ContainerSpec: { ...container, ...change } },
});
const together = [
  ...["Image", "Args", "Env:MINIO_"].map((field) => `TaskTemplate.ContainerSpec.${field}`),
  "TaskTemplate.Networks[0]",
];
const onNetworks = (...ids: string[]): ServiceSpec => ({
  ...spec,
  TaskTemplate: { ...template, Networks: ids.map((Target) => ({ Target })) },
});
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

describe("how a change rolls out", () => {
  test.each<[string, ServiceSpec, string, string]>([
    ["another image", withContainer({ Image: "minio@sha256:2" }), "all-at-once", "ContainerSpec.Image"],
    ["an image not known yet", withContainer({ Image: UNKNOWN }), "all-at-once", "ContainerSpec.Image"],
    ["other arguments", withContainer({ Args: ["server", "/data", "/more"] }), "all-at-once", "ContainerSpec.Args"],
    ["a MINIO_ variable", withContainer({ Env: ["MINIO_REGION=us", "HOME=/tmp"] }), "all-at-once", "Env:MINIO_REGION"],
    ["a MINIO_ variable less", withContainer({ Env: ["HOME=/tmp"] }), "all-at-once", "Env:MINIO_REGION"],
    ["no variable any more", withContainer({ Env: undefined }), "all-at-once", "Env:MINIO_REGION"],
    ["another variable", withContainer({ Env: ["MINIO_REGION=eu", "HOME=/"] }), "one-by-one", "Env:HOME"],
    ["a further network", onNetworks("net1", "net2"), "one-by-one", "TaskTemplate.Networks changed"],
    ["a further network not known yet", onNetworks("net1", UNKNOWN), "one-by-one", "TaskTemplate.Networks changed"],
    ["another first network", onNetworks("net2"), "all-at-once", "TaskTemplate.Networks[0] must be the same"],
    ["a first network not known yet", onNetworks(UNKNOWN), "all-at-once", "TaskTemplate.Networks[0]"],
    ["ports", { ...spec, EndpointSpec: { Mode: "vip", Ports: [] } }, "one-by-one", "EndpointSpec.Mode"],
    ["labels", { ...spec, Labels: { team: "b" } }, "in-place", "Labels.team"],
    ["nothing", spec, "in-place", "nothing in the service"],
  ])("%s", (_what, news, mode, because) => {
    const rollout = decideRollout(spec, news, together);
    expect(rollout.mode).toBe(mode);
    expect(rollout.reason).toContain(because);
  });

  test("a new service disturbs nobody", () => {
    expect(decideRollout(undefined, spec, together).mode).toBe("create");
  });

  test("all at once means all, and an old task always stops first", () => {
    expect(updateConfig({ mode: "all-at-once" })).toMatchObject({ Parallelism: 0, Order: "stop-first" });
    expect(updateConfig({ mode: "one-by-one" })).toMatchObject({ Parallelism: 1, Order: "stop-first" });
  });
});

test("lists other than the environment change as a whole", () => {
  expect(changedPaths(spec, withContainer({ Args: ["server"] }))).toEqual(["TaskTemplate.ContainerSpec.Args"]);
});

describe("what a preview says, in one line", () => {
  const reason = "X changed";
  const line = (
    mode: "all-at-once" | "one-by-one" | "in-place",
    change: Partial<typeof container> = {},
    gated = false,
  ) => describeRollout(withContainer(change), { mode, reason }, gated);

  test.each<[string, string | undefined, RegExp]>([
    [
      "an outage, and what it is made of",
      line("all-at-once"),
      /at once, a short outage: X changed; it is their stop, Swarm's/,
    ],
    ["the longest a stop may take", line("all-at-once", { StopGracePeriod: 60e9 }), /their stop \(at most 60 s\)/],
    ["a stop not known yet", line("all-at-once", { StopGracePeriod: UNKNOWN as never }), /their stop, Swarm's/],
    [
      "a health check that holds up a task's name",
      line("all-at-once", { Healthcheck: { Test: ["CMD", "x"], Interval: 5e9 } }),
      /first health check \(after 5 s\)/,
    ],
    ["one by one", line("one-by-one"), /: its tasks restart one by one: X changed$/],
    ["one by one, with a gate", line("one-by-one", {}, true), /one by one: X changed; each waits until .* lets it go$/],
  ])("%s", (_what, said, expected) => {
    expect(said).toMatch(expected);
    expect(said).not.toContain("\n");
  });

  test("nothing of what restarts nothing", () => {
    expect(line("in-place")).toBeUndefined();
  });
});

test.each([
  ["one-by-one", { Parallelism: 1, FailureAction: "pause" }],
  ["all-at-once", { Parallelism: 0, FailureAction: "continue" }],
] as const)("Swarm is told what a failure means to the others: %s", (mode, told) => {
  expect(updateConfig({ mode })).toMatchObject({ ...told, Order: "stop-first" });
});

test("Swarm is told to stand still after one task, each time in other words", () => {
  const first = stepOnceConfig(undefined);
  expect(first).toMatchObject({ Parallelism: 1, Order: "stop-first", FailureAction: "pause" });
  expect(first.Delay).toBeGreaterThan(24 * 3600 * 1e9);
  expect(Number.isSafeInteger(first.Delay)).toBe(true);
  const second = stepOnceConfig(first);
  expect(second.Delay).not.toBe(first.Delay);
  expect(stepOnceConfig(second).Delay).not.toBe(second.Delay);
});

test.each(["start-first", "stop-first"] as const)("a rollback stops at no task that fails, %s", (order) => {
  const asked = { ...spec, UpdateConfig: updateConfig({ mode: "one-by-one" }) };
  for (const settings of [spec, asked]) {
    expect(toRollbackSpec(settings, order)).toEqual({
      ...spec,
      UpdateConfig: { ...updateConfig({ mode: "one-by-one" }), FailureAction: "continue", Order: order },
    });
  }
});
