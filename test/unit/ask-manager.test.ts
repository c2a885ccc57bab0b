import { afterEach, expect, test } from "vitest";
import { Deadline } from "../../components/engine/deadline.ts";
import { askManager, managerOf, waitWithManager } from "../../components/provider/ask-manager.ts";
import { Member, type MemberState } from "../../components/provider/member.ts";
import { changeRole } from "../../components/provider/nodes.ts";
import { writeService } from "../../components/provider/sequence.ts";
import { type ServiceInputs, Service } from "../../components/provider/service.ts";
import { untilReady } from "../../components/provider/service-ready.ts";
import { roll } from "../../components/provider/service-roll.ts";
import { done, notYet } from "../../components/provider/wait.ts";
import { CONFLICT, type Failure, FakeSwarm, LEADERLESS, specOf } from "./fake-swarm.ts";

const swarms = new Set<FakeSwarm>();
afterEach(() => {
  for (const swarm of swarms) swarm.close();
  swarms.clear();
});

/** A Swarm with one manager, and how a service of it is asked for. */
async function scene(spec = specOf("minio:1")) {
  const swarm = new FakeSwarm(spec);
  swarms.add(swarm);
  const first = await swarm.manager("first");
  const address = { managers: { first: first.connection }, swarmId: swarm.swarmId };
  const inputs = {
    ...address,
    nodes: { first: { nodeId: "a", connection: first.connection } },
    ...{ spec, tasks: 1, timeoutSeconds: 20, restartTogether: [], frozen: {} },
    owner: { project: "p", stack: "s", name: "store" },
  } as unknown as ServiceInputs;
  return { swarm, first, address, inputs, find: managerOf(address) };
}

const UNDISTURBED = { earlierTasks: new Set<string>(), restarts: false };

test.each<[string, Failure]>([
  ["no leader", LEADERLESS],
  ["a connection that is reset", "reset"],
  ["another writer", CONFLICT],
])("a service is waited for through %s", async (_, failure) => {
  const { swarm, find, inputs } = await scene();
  swarm.fail("GET /services/one", failure);
  swarm.fail("GET /nodes", failure);
  await untilReady(find, "one", inputs, UNDISTURBED);
  expect(swarm.failures).toEqual([]);
});

test.each([404, 400])("what the engine refuses with %j ends the wait at once", async (status) => {
  const { swarm, find, inputs } = await scene();
  swarm.fail("GET /services/one", { status, message: "it is so" });
  await expect(untilReady(find, "one", inputs, UNDISTURBED)).rejects.toThrow("it is so");
  expect(swarm.requests).toEqual(["GET /services/one"]);
});

test("a wait goes on with another manager when the one asked so far is gone", async () => {
  const { swarm, first, address, inputs } = await scene();
  const second = await swarm.manager("second");
  const find = managerOf({ ...address, managers: { ...address.managers, second: second.connection } });
  await waitWithManager(
    find,
    async (manager) => {
      if (manager.connection.host === second.connection.host) return done(undefined);
      first.server.close();
      first.server.closeAllConnections();
      return notYet("it is the first one");
    },
    { what: "test", limitSeconds: 20 },
    (because) => new Error(because),
  );
  await untilReady(find, "one", inputs, UNDISTURBED);
});

test("tasks are changed one by one through a leader's election", async () => {
  const { swarm, find, inputs } = await scene(specOf("minio:1"));
  const wanted = specOf("minio:2");
  swarm.fail("GET /tasks", LEADERLESS, "reset");
  swarm.fail("GET /services/one", LEADERLESS, "reset");
  swarm.fail("POST /services/one/update", LEADERLESS, CONFLICT);
  await roll(find, "one", wanted, { ...inputs, spec: wanted });
  expect(swarm.failures).toEqual([]);
  expect(swarm.spec.TaskTemplate.ContainerSpec.Image).toBe("minio:2");
});

test.each<[string, Failure, number]>([
  ["not made", "reset", 2],
  ["made all the same", "reset when done", 2],
])("a change whose connection is reset is %s, and written once", async (_, failure, requests) => {
  const { swarm, find } = await scene();
  swarm.fail("POST /services/one/update", failure);
  await writeService(find, "one", () => specOf("minio:2"));
  expect(swarm.updates).toHaveLength(1);
  expect(swarm.requests.filter((request) => request.startsWith("GET"))).toHaveLength(requests);
});

test("a service is updated and deleted through leaders' elections", async () => {
  const { swarm, inputs } = await scene();
  const news = { ...inputs, spec: specOf("minio:2") };
  swarm.fail("GET /tasks", LEADERLESS);
  swarm.fail("GET /services/one", LEADERLESS);
  swarm.fail("POST /services/one/update", LEADERLESS);
  await Service.update!("one", inputs, news);
  expect(swarm.spec.TaskTemplate.ContainerSpec.Image).toBe("minio:2");
  swarm.fail("DELETE /services/one", LEADERLESS);
  swarm.fail("GET /tasks", LEADERLESS);
  await Service.delete!("one", news);
  expect(swarm.failures).toEqual([]);
});

test("a node that was removed by hand is asked for once", async () => {
  const { swarm, find } = await scene();
  swarm.fail("GET /nodes/a", ...Array<Failure>(5).fill({ status: 404, message: "node a not found" }));
  await expect(changeRole(find, "a", "manager", 20)).rejects.toThrow("node a not found");
  expect(swarm.failures).toHaveLength(4);
});

test("a role that managers do not settle yet is tried again", async () => {
  const { swarm, find } = await scene();
  const unsettled = { status: 404, message: "can't find manager in raft memberlist" };
  swarm.fail("GET /nodes/a", unsettled, unsettled);
  await changeRole(find, "a", "worker", 20);
  expect(swarm.failures).toEqual([]);
});

test("limits do not add up: a lookup gets what is left of its wait", async () => {
  const given: number[] = [];
  const find = async (deadline?: Deadline) => {
    given.push(deadline?.leftMs ?? Infinity);
    throw Object.assign(new Error("none"), { name: "none" });
  };
  await expect(changeRole(find, "a", "worker", 1)).rejects.toThrow("none");
  expect(given).toEqual([expect.any(Number)]);
  expect(given[0]).toBeLessThanOrEqual(1_000);
});

test("a member's update asks again when its manager sees no leader", async () => {
  const { swarm, address } = await scene();
  const state = { ...address, role: "worker", timeoutSeconds: 20, connection: { host: "unix:///nowhere" } };
  swarm.fail("GET /nodes/a", LEADERLESS);
  const { outs } = await Member.update!("a", state as unknown as MemberState, state as unknown as MemberState);
  expect(outs.role).toBe("worker");
});

test("a single question has an end", async () => {
  const { swarm, find } = await scene();
  swarm.fail("GET /swarm", ...Array<Failure>(20).fill(LEADERLESS));
  const asked = askManager("the Swarm", find, (manager) => manager.swarm(), { limitSeconds: 0 });
  await expect(asked).rejects.toThrow("the Swarm: rpc error: The swarm does not have a leader.");
  expect(new Deadline(0).cap(30_000)).toBe(1_000);
});
