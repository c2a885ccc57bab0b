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

describe("decideRollout", () => {
  test.each<[string, ServiceSpec, string, string]>([
    ["another image", withContainer({ Image: "minio@sha256:2" }), "all-at-once", "ContainerSpec.Image"],
    ["an image not known yet", withContainer({ Image: UNKNOWN }), "all-at-once", "ContainerSpec.Image"],
    ["other arguments", withContainer({ Args: ["server", "/data", "/more"] }), "all-at-once", "ContainerSpec.Args"],
    ["a MINIO_ variable", withContainer({ Env: ["MINIO_REGION=us", "HOME=/tmp"] }), "all-at-once", "Env:MINIO_REGION"],
    ["a removed MINIO_ variable", withContainer({ Env: ["HOME=/tmp"] }), "all-at-once", "Env:MINIO_REGION"],
    ["all variables removed", withContainer({ Env: undefined }), "all-at-once", "Env:MINIO_REGION"],
    ["another variable", withContainer({ Env: ["MINIO_REGION=eu", "HOME=/"] }), "one-by-one", "Env:HOME"],
    ["one more network", onNetworks("net1", "net2"), "one-by-one", "TaskTemplate.Networks changed"],
    ["one more network, not known yet", onNetworks("net1", UNKNOWN), "one-by-one", "TaskTemplate.Networks changed"],
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

  test("has a mode for a new service", () => {
    expect(decideRollout(undefined, spec, together).mode).toBe("create");
  });

  test("maps to Swarm's parallelism, with the old task always stopping first", () => {
    expect(updateConfig({ mode: "all-at-once" })).toMatchObject({ Parallelism: 0, Order: "stop-first" });
    expect(updateConfig({ mode: "one-by-one" })).toMatchObject({ Parallelism: 1, Order: "stop-first" });
  });
});

test("reports lists other than the environment as a whole", () => {
  expect(changedPaths(spec, withContainer({ Args: ["server"] }))).toEqual(["TaskTemplate.ContainerSpec.Args"]);
});

describe("describeRollout mentions, in one line,", () => {
  const reason = "X changed";
  const line = (
    mode: "all-at-once" | "one-by-one" | "in-place",
    change: Partial<typeof container> = {},
    gated = false,
  ) => describeRollout(withContainer(change), { mode, reason }, gated);

  test.each<[string, string | undefined, RegExp]>([
    [
      "an outage and its parts",
      line("all-at-once"),
      /at once, a short outage: X changed; it takes the time to stop the tasks, to start/,
    ],
    ["the grace period of a stop", line("all-at-once", { StopGracePeriod: 60e9 }), /stop the tasks \(at most 60 s\)/],
    [
      "no grace period that is not known yet",
      line("all-at-once", { StopGracePeriod: UNKNOWN as never }),
      /stop the tasks, to start/,
    ],
    [
      "the first health check",
      line("all-at-once", { Healthcheck: { Test: ["CMD", "x"], Interval: 5e9 } }),
      /first health check \(after 5 s\)/,
    ],
    ["a rolling update", line("one-by-one"), /: its tasks restart one by one: X changed$/],
    [
      "a rolling update with a maintenance check",
      line("one-by-one", {}, true),
      /one by one: X changed; each waits until .* passes$/,
    ],
  ])("%s", (_what, text, expected) => {
    expect(text).toMatch(expected);
    expect(text).not.toContain("\n");
  });

  test("nothing if no task restarts", () => {
    expect(line("in-place")).toBeUndefined();
  });
});

test.each([
  ["one-by-one", { Parallelism: 1, FailureAction: "pause" }],
  ["all-at-once", { Parallelism: 0, FailureAction: "continue" }],
] as const)("sets the failure action of a rollout: %s", (mode, expected) => {
  expect(updateConfig({ mode })).toMatchObject({ ...expected, Order: "stop-first" });
});

test("pauses after one task, each time with another delay", () => {
  const first = stepOnceConfig(undefined);
  expect(first).toMatchObject({ Parallelism: 1, Order: "stop-first", FailureAction: "pause" });
  expect(first.Delay).toBeGreaterThan(24 * 3600 * 1e9);
  expect(Number.isSafeInteger(first.Delay)).toBe(true);
  const second = stepOnceConfig(first);
  expect(second.Delay).not.toBe(first.Delay);
  expect(stepOnceConfig(second).Delay).not.toBe(second.Delay);
});

test.each(["start-first", "stop-first"] as const)("does not pause a rollback when a task fails, %s", (order) => {
  const asked = { ...spec, UpdateConfig: updateConfig({ mode: "one-by-one" }) };
  for (const settings of [spec, asked]) {
    expect(toRollbackSpec(settings, order)).toEqual({
      ...spec,
      UpdateConfig: { ...updateConfig({ mode: "one-by-one" }), FailureAction: "continue", Order: order },
    });
  }
});
