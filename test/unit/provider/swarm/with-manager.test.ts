import { expect, test } from "vitest";
import { Deadline } from "../../../../engine/deadline.ts";
import type { ServiceSpec } from "../../../../engine/types.ts";
import { withManager, waitWithManager } from "../../../../provider/swarm/with-manager.ts";
import { Member } from "../../../../provider/swarm/member.ts";
import { type MemberState } from "../../../../provider/swarm/member-inputs.ts";
import { setRole } from "../../../../provider/swarm/node-operations.ts";
import { updateServiceSpec } from "../../../../provider/swarm/optimistic-update.ts";
import { Service } from "../../../../provider/service/service.ts";
import { waitForConvergence } from "../../../../provider/service/convergence.ts";
import { runRollingUpdate } from "../../../../provider/service/rolling-update.ts";
import { ready, pending } from "../../../../provider/runtime/poll.ts";
import type { Fault } from "../../../fake-swarm/faults.ts";
import { withFakeTime, type TestSwarm, specOf } from "../../../fake-swarm/test-swarm.ts";
import { advanceUntilSettled } from "../../../fake-swarm/time.ts";

const { start } = withFakeTime();

const LEADERLESS: Fault = { status: 503, message: "rpc error: The swarm does not have a leader." };
const CONFLICT: Fault = { status: 500, message: "rpc error: update out of sequence" };
const UNDISTURBED = { earlierTasks: new Set<string>(), restarts: false };

/** Starts a Swarm with a service, and returns helpers for requests to it. */
async function serving({ managers = 1, spec = specOf("minio:1") } = {}) {
  const scene = await start(managers, { managers });
  const id = await scene.run(spec);
  const inputs = scene.service(spec, { timeoutSeconds: 20 });
  scene.fake.requests.length = 0;
  const fail = (request: string, ...faults: Fault[]) => {
    for (const fault of faults) scene.fake.faults.add(request, fault);
  };
  return { ...scene, scene, id, inputs, fail, left: () => scene.fake.faults.left };
}

/** Returns the requests without those that look for a manager. */
const asked = ({ fake }: TestSwarm) =>
  fake.requests.map((one) => one.replace(/^\S+ /, "")).filter((one) => !["GET /info", "GET /swarm"].includes(one));
const imageOf = ({ swarm }: TestSwarm, id: string) => swarm.services.get(id).Spec.TaskTemplate.ContainerSpec.Image;

test.each<[string, Fault]>([
  ["no leader", LEADERLESS],
  ["a connection reset", "reset"],
  ["a version conflict", CONFLICT],
])("waits for a service despite %s", async (_, fault) => {
  const { find, id, inputs, fail, left } = await serving();
  fail(`GET /services/${id}`, fault);
  fail("GET /nodes", fault);
  await advanceUntilSettled(waitForConvergence(find, id, inputs, UNDISTURBED));
  expect(left()).toEqual([]);
});

test.each([404, 400])("an error with status %j ends the wait at once", async (status) => {
  const { scene, find, id, inputs, fail } = await serving();
  fail(`GET /services/${id}`, { status, message: "it is so" });
  await expect(advanceUntilSettled(waitForConvergence(find, id, inputs, UNDISTURBED))).rejects.toThrow("it is so");
  expect(asked(scene)).toEqual([`GET /services/${id}`]);
});

test("a wait continues with another manager when its manager is gone", async () => {
  const { scene, id, inputs, find, fake } = await serving({ managers: 3 });
  let first: string | undefined;
  const wait = waitWithManager(
    find,
    async (manager) => {
      first ??= manager.connection.host;
      if (manager.connection.host !== first) return ready(undefined);
      fake.engines.find(({ connection }) => connection.host === first)?.stop();
      return pending("it is the first one");
    },
    { subject: "test", timeoutSeconds: 60 },
    (because) => new Error(because),
  );
  await advanceUntilSettled(wait);
  await advanceUntilSettled(waitForConvergence(find, id, { ...inputs, timeoutSeconds: 60 }, UNDISTURBED));
  expect(scene.fake.engines.filter(({ power }) => power === "off")).toHaveLength(1);
});

test("a rolling update continues through an election", async () => {
  const { scene, find, id, inputs, fail, left } = await serving();
  const wanted = specOf("minio:2");
  fail("GET /tasks", LEADERLESS, "reset");
  fail(`GET /services/${id}`, LEADERLESS, "reset");
  fail(`POST /services/${id}/update`, LEADERLESS, CONFLICT);
  await advanceUntilSettled(runRollingUpdate(find, id, wanted, { ...inputs, spec: wanted }));
  expect(left()).toEqual([]);
  expect(imageOf(scene, id)).toBe("minio:2");
});

test.each<[string, Fault, number]>([
  ["lost", "reset", 2],
  ["applied", "reset when done", 2],
])("an update that is %s at a connection reset is written once", async (_, fault, requests) => {
  const { scene, swarm, find, id, fail } = await serving();
  const written: ServiceSpec[] = [];
  const { update } = swarm.services;
  swarm.services.update = (service: string, version: number, spec: ServiceSpec) => {
    written.push(spec);
    update.call(swarm.services, service, version, spec);
  };
  fail(`POST /services/${id}/update`, fault);
  await advanceUntilSettled(updateServiceSpec(find, id, () => specOf("minio:2")));
  expect(written).toHaveLength(1);
  expect(asked(scene).filter((request) => request.startsWith("GET"))).toHaveLength(requests);
});

test("updates and deletes a service through elections", async () => {
  const { scene, id, inputs, fail, left } = await serving();
  const news = { ...inputs, spec: specOf("minio:2") };
  fail("GET /tasks", LEADERLESS);
  fail(`GET /services/${id}`, LEADERLESS);
  fail(`POST /services/${id}/update`, LEADERLESS);
  await advanceUntilSettled(Service.update!(id, inputs, news));
  expect(imageOf(scene, id)).toBe("minio:2");
  fail(`DELETE /services/${id}`, LEADERLESS);
  fail("GET /tasks", LEADERLESS);
  await advanceUntilSettled(Service.delete!(id, news));
  expect(left()).toEqual([]);
  expect(scene.tasks).toEqual([]);
});

test("does not retry for a node that was removed by hand", async () => {
  const { scene, find, fake } = await serving();
  const missing = { status: 404, message: "node a not found" };
  fake.faults.add("GET /nodes/a", missing, { times: 5 });
  await expect(advanceUntilSettled(setRole(find, "a", "manager", 20))).rejects.toThrow("node a not found");
  expect(asked(scene)).toEqual(["GET /nodes/a"]);
});

test("retries a role change that the managers cannot complete yet", async () => {
  const scene = await start(2);
  const { nodeId } = scene.fake.engine(2);
  const unsettled = { status: 404, message: "can't find manager in raft memberlist" };
  scene.fake.faults.add(`GET /nodes/${nodeId}`, unsettled, { times: 2 });
  await advanceUntilSettled(setRole(scene.find, nodeId, "worker", 20));
  expect(scene.fake.faults.left).toEqual([]);
});

test("a lookup gets the remaining time of its wait", async () => {
  const given: number[] = [];
  const find = async (deadline?: Deadline) => {
    given.push(deadline?.remainingMs ?? Infinity);
    throw Object.assign(new Error("none"), { name: "none" });
  };
  await expect(setRole(find, "a", "worker", 1)).rejects.toThrow("none");
  expect(given).toEqual([expect.any(Number)]);
  expect(given[0]).toBeLessThanOrEqual(1_000);
});

test("Member.update retries when its manager sees no leader", async () => {
  const scene = await start(2);
  const { nodeId } = scene.fake.engine(2);
  const state = { ...scene.address, role: "worker", timeoutSeconds: 20, connection: { host: "unix:///nowhere" } };
  scene.fake.faults.add(`GET /nodes/${nodeId}`, LEADERLESS);
  const member = state as unknown as MemberState;
  const { outs } = await advanceUntilSettled(Member.update!(nodeId, member, member));
  expect(outs.role).toBe("worker");
  expect(scene.fake.faults.left).toEqual([]);
});

test("a single request has a time limit", async () => {
  const { find, fake } = await serving();
  fake.faults.add("GET /swarm", LEADERLESS, { times: 20 });
  const question = withManager("the Swarm", find, (manager) => manager.inspectSwarm(), { timeoutSeconds: 0 });
  await expect(advanceUntilSettled(question)).rejects.toThrow(
    "the Swarm: rpc error: The swarm does not have a leader.",
  );
  expect(new Deadline(0).cap(30_000)).toBe(1_000);
});
