import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { recordedSwarms } from "../../../commands/lib/recorded-stack.ts";
import { StoreHealthGate } from "../../../commands/upgrade/store-health-gate.ts";
import { Engine } from "../../../engine/engine.ts";
import type { TaskDetails } from "../../../engine/types.ts";

const NOW = Date.parse("2027-01-01T00:01:00Z");

beforeEach(() => {
  vi.spyOn(Engine.prototype, "info").mockResolvedValue({ SystemTime: new Date(NOW).toISOString() } as never);
  vi.spyOn(Engine.prototype, "request").mockResolvedValue({ Id: "command", Running: false, ExitCode: 0 });
  vi.spyOn(Engine.prototype, "send").mockResolvedValue(Buffer.alloc(0));
});
afterEach(() => void vi.restoreAllMocks());

/** A member that has been running for so many seconds. */
const member = (seconds: number) =>
  ({
    ...{ ID: "task", ServiceID: "store", NodeID: "node", DesiredState: "running" },
    Status: {
      State: "running",
      Timestamp: new Date(NOW - seconds * 1_000).toISOString(),
      ContainerStatus: { ContainerID: "container" },
    },
  }) as TaskDetails;

/** The services in the state of a stack with a store. */
function recorded(minReadySeconds?: number) {
  const nodes = { a: { nodeId: "node", connection: { host: "unix:///run/a.sock" } } };
  const spec = { Name: "store-main" };
  const outputs = {
    ...{ swarmId: "swarm", nodes, spec, tasks: 1, restartTogether: ["TaskTemplate.Networks"] },
    ...{ maintenanceCommand: ["may-go"], minReadySeconds },
  };
  const type = "swarm:index:Service";
  const { services } = recordedSwarms({
    deployment: { resources: [{ urn: `urn::${type}::store`, type, id: "store", outputs }] },
  });
  return services;
}

test.each([
  ["has just started", 1, 16, false],
  ["has been running for long", 60, 16, true],
  ["has just started, without a hold in the state", 1, undefined, true],
])("the next host after a store whose member %s", async (_what, seconds, minReadySeconds, mayGo) => {
  const manager: Partial<Engine> = { listTasks: async () => [member(seconds)] };
  const answer = await new StoreHealthGate(recorded(minReadySeconds)).canDisrupt(manager as Engine, 1_000);
  expect(answer).toEqual(
    mayGo
      ? { done: true }
      : { done: false, reason: "store-main: all its tasks are ready; they must stay so for 16 s (minReadySeconds)" },
  );
});
