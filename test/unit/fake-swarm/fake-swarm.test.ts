import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Engine } from "../../../engine/engine.ts";
import type { ServiceSpec, UpdateConfig } from "../../../engine/types.ts";
import { FakeEngines } from "../../fake-swarm/fake-engines.ts";
import { useFakeTime, advance, advanceUntilSettled } from "../../fake-swarm/time.ts";

let fake: FakeEngines;
beforeEach(async () => {
  useFakeTime();
  fake = await FakeEngines.start(3);
});
afterEach(async () => {
  await fake.stop();
  vi.useRealTimers();
});

const engine = (number: number) => new Engine(fake.engine(number).connection);
const spec = (Image: string, more: Partial<ServiceSpec> = {}): ServiceSpec => ({
  ...{ Name: "web", Mode: { Global: {} }, TaskTemplate: { ContainerSpec: { Image } } },
  ...more,
});

/** Returns tasks as `host1 b running`: those that should run, or all. */
async function standing(all = false): Promise<string[]> {
  const nodes = await engine(1).listNodes();
  const hostname = (id?: string) => nodes.find(({ ID }) => ID === id)?.Description.Hostname ?? "nowhere";
  return (await engine(1).listTasks())
    .filter(({ DesiredState }) => all || DesiredState !== "shutdown")
    .map(({ NodeID, Spec, Status }) => `${hostname(NodeID)} ${Spec.ContainerSpec.Image} ${Status.State}`)
    .toSorted();
}

async function change(id: string, wanted: ServiceSpec): Promise<void> {
  const { Version } = await engine(1).inspectService(id);
  await engine(1).updateService(id, Version.Index, wanted);
}

test("engines form a Swarm through requests", async () => {
  expect((await engine(1).info()).Swarm).toMatchObject({ LocalNodeState: "inactive", NodeID: "" });
  await engine(1).initSwarm({ Spec: { Labels: { a: "b" } } });
  const { JoinTokens, Spec } = await engine(1).inspectSwarm();
  expect(Spec).toMatchObject({ Name: "default", Labels: { a: "b" } });
  const RemoteAddrs = [`${fake.engine(1).address}:2377`];
  await engine(2).joinSwarm({ RemoteAddrs, JoinToken: JoinTokens.Manager });
  await engine(3).joinSwarm({ RemoteAddrs, JoinToken: JoinTokens.Worker });
  expect(
    (await engine(3)
      .inspectNode("x")
      .catch((error: Error) => error)) as Error,
  ).toMatchObject({ status: 503 });
  await advance(1);
  expect(
    (await engine(2).listNodes()).map((one) => [one.Spec.Role, one.Status.State, one.ManagerStatus]),
  ).toMatchObject([
    ["manager", "ready", { Leader: true, Reachability: "reachable" }],
    ["manager", "ready", { Reachability: "reachable" }],
    ["worker", "ready", undefined],
  ]);
  expect((await engine(3).info()).Swarm).toMatchObject({ LocalNodeState: "active", ControlAvailable: false });
});

test("a promotion completes in steps, and the node learns of it last", async () => {
  fake.formSwarm();
  const { Version, Spec, ID } = (await engine(1).listNodes())[1]!;
  await engine(1).updateNode(ID, Version.Index, { ...Spec, Role: "manager" });
  const seen = async () => [
    (await engine(1).inspectNode(ID)).ManagerStatus?.Reachability,
    (await engine(2).info()).Swarm.ControlAvailable,
  ];
  expect(await seen()).toEqual([undefined, false]);
  await advance(0.7);
  expect(await seen()).toEqual(["reachable", false]);
  await advance(0.7);
  expect(await seen()).toEqual(["reachable", true]);
});

test("managers elect a new leader only with a quorum", async () => {
  fake.formSwarm({ managers: 3 });
  fake.engine(1).stop();
  await expect(engine(1).ping()).rejects.toThrow("nothing listens there");
  await expect(engine(2).inspectSwarm()).rejects.toThrow("The swarm does not have a leader");
  expect((await engine(2).info()).Swarm).toMatchObject({ ControlAvailable: true, Cluster: { ID: "" } });
  await advance(5);
  expect((await engine(2).listNodes()).map(({ ManagerStatus }) => ManagerStatus?.Leader)).toEqual([
    undefined,
    true,
    undefined,
  ]);
  fake.engine(3).stop();
  await advance(60);
  await expect(engine(2).inspectSwarm()).rejects.toThrow("does not have a leader");
  fake.engine(1).start();
  await advance(10);
  expect((await engine(2).listNodes()).map(({ Status }) => Status.State)).toEqual(["ready", "ready", "down"]);
});

test("a locked manager waits for the unlock key", async () => {
  const swarm = fake.formSwarm({ managers: 1 });
  const { Version, Spec } = await engine(1).inspectSwarm();
  await engine(1).updateSwarm(Version.Index, { ...Spec, EncryptionConfig: { AutoLockManagers: true } });
  const key = await engine(1).getUnlockKey();
  fake.engine(1).stop();
  fake.engine(1).start();
  expect((await engine(1).info()).Swarm.LocalNodeState).toBe("locked");
  await expect(engine(1).listNodes()).rejects.toThrow("Swarm is encrypted and needs to be unlocked");
  await expect(engine(1).unlockSwarm("SWMKEY-1-other")).rejects.toMatchObject({ status: 401 });
  await engine(1).unlockSwarm(key);
  await advance(5);
  expect((await engine(1).inspectSwarm()).ID).toBe(swarm.id);
});

const config = (more: Partial<UpdateConfig>): Partial<ServiceSpec> => ({ UpdateConfig: { Parallelism: 1, ...more } });

test("updates a service task by task, and keeps the previous spec", async () => {
  fake.formSwarm();
  const id = await engine(1).createService(spec("a"));
  await advance(3);
  expect(await standing()).toEqual(["host1 a running", "host2 a running", "host3 a running"]);
  await change(id, spec("b", config({ Delay: 60e9 })));
  await advance(4);
  expect((await standing()).filter((one) => one.includes(" b "))).toHaveLength(1);
  expect(await engine(1).inspectService(id)).toMatchObject({
    PreviousSpec: { TaskTemplate: { ContainerSpec: { Image: "a" } } },
    UpdateStatus: { State: "updating", Message: "update in progress" },
  });
  await advance(200);
  expect(await standing()).toEqual(["host1 b running", "host2 b running", "host3 b running"]);
  expect((await engine(1).inspectService(id)).UpdateStatus).toMatchObject({ State: "completed" });
});

test.each([
  ["pause", "paused", 1],
  ["rollback", "rollback_completed", 0],
  ["continue", "completed", 3],
] as const)("a failed update ends with %s", async (FailureAction, state, changed) => {
  fake.formSwarm();
  const id = await engine(1).createService(spec("a"));
  await advance(3);
  fake.application.start = ({ task }) => (task.Spec.ContainerSpec.Image === "b" ? { err: "exit 1" } : undefined);
  await change(id, spec("b", config({ FailureAction })));
  await advance(30);
  expect((await engine(1).inspectService(id)).UpdateStatus?.State).toBe(state);
  expect((await standing()).filter((one) => one.includes(" b "))).toHaveLength(changed);
  const history = (await standing(true)).filter((one) => one.endsWith("b failed"));
  expect(history.length).toBeGreaterThan(0);
});

test("reschedules tasks of down and drained nodes", async () => {
  fake.formSwarm();
  await engine(1).createService(spec("a", { Mode: { Replicated: { Replicas: 3 } } }));
  await advance(3);
  fake.engine(3).stop();
  await advance(30);
  expect((await standing()).filter((one) => one.endsWith("running"))).not.toContain("host3 a running");
  const node = (await engine(1).listNodes())[1]!;
  await engine(1).updateNode(node.ID, node.Version.Index, { ...node.Spec, Availability: "drain" });
  await advance(30);
  expect(await standing()).toEqual(["host1 a running", "host1 a running", "host1 a running"]);
});

test("injects faults into matching requests, as often as given", async () => {
  fake.formSwarm();
  fake.faults.add("GET /nodes", { status: 503, message: "not now" }, { times: 2 });
  fake.faults.add("GET /swarm", "reset");
  fake.faults.add("GET /info", { lateMs: 3_000 });
  await expect(engine(1).listNodes()).rejects.toMatchObject({ status: 503, message: "not now" });
  await expect(engine(1).inspectSwarm()).rejects.toThrow("does not answer: socket hang up");
  await expect(advanceUntilSettled(engine(1).info(2_000))).rejects.toThrow("no answer within 2 s");
  expect(fake.faults.left).toEqual(["GET /nodes"]);
});

test("rejects an unknown request", async () => {
  await expect(engine(1).request("GET", "/plugins")).rejects.toThrow("the fake Swarm does not implement GET /plugins");
});
