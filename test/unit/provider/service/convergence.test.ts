import { expect, test } from "vitest";
import type { Engine } from "../../../../engine/engine.ts";
import type { NodeDetails, ServiceDetails, ServiceSpec, TaskDetails } from "../../../../engine/types.ts";
import { Service } from "../../../../provider/service/service.ts";
import { type ServiceState } from "../../../../provider/service/service-inputs.ts";
import { type ServiceInputs } from "../../../../provider/service/service-inputs.ts";
import { waitForConvergence } from "../../../../provider/service/convergence.ts";

const spec: ServiceSpec = {
  Name: "store-a",
  Mode: { Replicated: { Replicas: 1 } },
  TaskTemplate: { ContainerSpec: { Image: "minio@sha256:2" } },
};
const node = (ID: string, State: NodeDetails["Status"]["State"]) =>
  ({ ID, Status: { State, Addr: "" }, Description: { Hostname: `node-${ID}` } }) as NodeDetails;
const taskOf = (ServiceID: string, NodeID: string) =>
  ({
    ...{ ID: `task-${ServiceID}`, ServiceID, NodeID, DesiredState: "running", CreatedAt: "", Spec: spec.TaskTemplate },
    Status: { State: "running" },
  }) as TaskDetails;

/** A Swarm of two nodes, of which one is down: a service on it, and its peer on the other. */
function manager(): Engine {
  const services = ["store-a", "store-b"].map((Name) => ({ ID: Name, Spec: { ...spec, Name } }) as ServiceDetails);
  const tasks = [taskOf("store-a", "1"), taskOf("store-b", "2")];
  const engine: Partial<Record<keyof Engine, unknown>> = {
    inspectService: async (id: string) => services.find(({ ID }) => ID === id),
    listServices: async () => services,
    listTasks: async ({ service }: { service: string[] }) =>
      tasks.filter(({ ServiceID }) => service.includes(ServiceID)),
    listNodes: async () => [node("1", "down"), node("2", "ready")],
  };
  return engine as unknown as Engine;
}

const waited = (peers: string[]) => {
  const inputs = { spec, peers, nodes: {}, tasks: 1, timeoutSeconds: 0.1 } as unknown as ServiceInputs;
  return waitForConvergence(async () => manager(), "store-a", inputs, { earlierTasks: new Set(), restarts: false });
};

test("a service of which nothing runs, for all its hosts are down, is not up", async () => {
  await expect(waited(["store-a"])).rejects.toThrow(/not ready within timeoutSeconds 0.1: all its hosts are down/);
});

test("one of several of an application gets its change later, for the others go on", async () => {
  await waited(["store-a", "store-b"]);
});

test.each([
  ["less", 16, 1],
  ["more", 1, 16],
  ["given at last", undefined, 16],
  ["left out again", 16, undefined],
])("another minReadySeconds alone is no change of a service: %s", async (_what, before, now) => {
  const inputs = (minReadySeconds?: number, timeoutSeconds = 60) =>
    ({ managers: {}, nodes: {}, spec, tasks: 1, timeoutSeconds, minReadySeconds }) as unknown as ServiceState;
  expect(await Service.diff("id", inputs(before), inputs(now))).toMatchObject({ changes: false, replaces: [] });
  expect(await Service.diff("id", inputs(before), inputs(now, 30))).toMatchObject({ changes: true, replaces: [] });
});
