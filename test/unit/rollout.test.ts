import { describe, expect, test } from "vitest";
import type { ServiceSpec } from "../../components/engine/types.ts";
import { changedPaths, decideRollout, updateConfig } from "../../components/swarm-service/rollout.ts";

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
const together = ["Image", "Args", "Env:MINIO_"].map((field) => `TaskTemplate.ContainerSpec.${field}`);
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

describe("how a change rolls out", () => {
  test.each<[string, ServiceSpec, string, string]>([
    ["another image", withContainer({ Image: "minio@sha256:2" }), "all-at-once", "ContainerSpec.Image"],
    ["an image not known yet", withContainer({ Image: UNKNOWN }), "all-at-once", "ContainerSpec.Image"],
    ["other arguments", withContainer({ Args: ["server", "/data", "/more"] }), "all-at-once", "ContainerSpec.Args"],
    ["a MINIO_ variable", withContainer({ Env: ["MINIO_REGION=us", "HOME=/tmp"] }), "all-at-once", "Env:MINIO_REGION"],
    ["a MINIO_ variable less", withContainer({ Env: ["HOME=/tmp"] }), "all-at-once", "Env:MINIO_REGION"],
    ["another variable", withContainer({ Env: ["MINIO_REGION=eu", "HOME=/"] }), "one-by-one", "Env:HOME"],
    ["networks", { ...spec, TaskTemplate: { ...template, Networks: [] } }, "one-by-one", "TaskTemplate.Networks"],
    ["ports", { ...spec, EndpointSpec: { Mode: "vip", Ports: [] } }, "one-by-one", "EndpointSpec.Mode"],
    ["labels", { ...spec, Labels: { team: "b" } }, "in-place", "Labels.team"],
    ["nothing", spec, "in-place", "nothing in the service"],
  ])("%s", (_what, news, mode, because) => {
    const rollout = decideRollout(spec, news, together);
    expect(rollout.mode).toBe(mode);
    expect(rollout.because).toContain(because);
  });

  test("a new service disturbs nobody", () => {
    expect(decideRollout(undefined, spec, together).mode).toBe("create");
  });

  test("all at once means all, and an old task always stops first", () => {
    expect(updateConfig({ mode: "all-at-once", because: "" })).toMatchObject({ Parallelism: 0, Order: "stop-first" });
    expect(updateConfig({ mode: "one-by-one", because: "" })).toMatchObject({ Parallelism: 1, Order: "stop-first" });
  });
});

test("lists other than the environment change as a whole", () => {
  expect(changedPaths(spec, withContainer({ Args: ["server"] }))).toEqual(["TaskTemplate.ContainerSpec.Args"]);
});
