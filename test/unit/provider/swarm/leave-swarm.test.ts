import { expect, test } from "vitest";
import { leaveSwarm } from "../../../../provider/swarm/leave-swarm.ts";
import { Member } from "../../../../provider/swarm/member.ts";
import { type MemberState } from "../../../../provider/swarm/member-inputs.ts";
import { withFakeTime, OWNER, type TestSwarm, specOf } from "../../../fake-swarm/test-swarm.ts";
import { advance, advanceUntilSettled } from "../../../fake-swarm/time.ts";

const { start } = withFakeTime();

/** Returns the recorded state of a host's membership. */
function stateOf(scene: TestSwarm, number: number, more: Partial<MemberState> = {}): MemberState {
  const { connection, hostname, address, isManager } = scene.fake.engine(number);
  return {
    ...{ ...scene.address, connection, hostKey: hostname, owner: OWNER, isOwned: true, address },
    ...{
      role: isManager ? "manager" : "worker",
      advertiseAddress: address,
      machineId: "m",
      timeoutSeconds: 60,
      createdGatewayBridge: true,
    },
    ...more,
  };
}

const left = (scene: TestSwarm, number: number, more?: Partial<MemberState>) =>
  leaveSwarm(scene.fake.engine(number).nodeId, stateOf(scene, number, more));
const hostnames = ({ swarm }: TestSwarm) => [...swarm.nodes.values()].map(({ Description }) => Description.Hostname);
/** Returns the requests that changed something. */
const changes = ({ fake }: TestSwarm) =>
  fake.requests
    .filter((one) => /POST \/(nodes|swarm)|DELETE/.test(one))
    .map((one) => one.replace(/\/nodes\/\w+/, "/nodes/:id").replace(/^\S+ /, ""));

test("drains a worker, has it leave, and removes its node and its bridge", async () => {
  const scene = await start(2);
  await scene.run(specOf("a"));
  scene.fake.timing.taskStop = 10_000;
  const begun = performance.now();
  await advanceUntilSettled(left(scene, 2));
  expect(performance.now() - begun).toBeGreaterThanOrEqual(10_000);
  expect(changes(scene)).toEqual([
    "POST /nodes/:id/update",
    "POST /swarm/leave",
    "DELETE /networks/docker_gwbridge",
    "DELETE /nodes/:id",
  ]);
  expect(hostnames(scene)).toEqual(["host1"]);
  expect(scene.fake.engine(2)).toMatchObject({ state: "inactive", nodeId: "" });
});

test("demotes a manager before it leaves", async () => {
  const scene = await start(3, { managers: 3 });
  await advanceUntilSettled(left(scene, 1, { createdGatewayBridge: false }));
  expect(changes(scene)).toEqual([
    "POST /nodes/:id/update",
    "POST /nodes/:id/update",
    "POST /swarm/leave",
    "DELETE /nodes/:id",
  ]);
  expect(hostnames(scene)).toEqual(["host2", "host3"]);
  expect(scene.swarm.raftMembers()).toHaveLength(2);
});

test("demotes managers that leave in parallel one by one, and keeps the last one", async () => {
  const scene = await start(3, { managers: 3 });
  const { elect } = scene.swarm;
  let isWithoutQuorum = false;
  scene.swarm.elect = () => {
    elect.call(scene.swarm);
    const heard = scene.swarm.raftMembers().filter(({ ID }) => scene.swarm.engineOf(ID)?.isReachable).length;
    isWithoutQuorum ||= heard * 2 <= scene.swarm.raftMembers().length;
  };
  await advanceUntilSettled(Promise.all([1, 2, 3].map((number) => left(scene, number))));
  expect(isWithoutQuorum).toBe(false);
  expect(scene.swarm.raftMembers()).toHaveLength(1);
  expect(hostnames(scene)).toHaveLength(1);
  expect(scene.fake.engines.filter(({ state }) => state === "active")).toHaveLength(1);
});

test("removes a host that is off once the managers see it as down", async () => {
  const scene = await start(3, { managers: 3 });
  scene.fake.engine(3).stop();
  await advanceUntilSettled(left(scene, 3));
  expect(hostnames(scene)).toEqual(["host1", "host2"]);
  expect(scene.swarm.raftMembers()).toHaveLength(2);
});

test("keeps an unreachable host whose node is up, and says how to fix it", async () => {
  const scene = await start(2);
  scene.fake.engine(2).power = "hanging";
  await expect(advanceUntilSettled(left(scene, 2))).rejects.toThrow(
    "does not answer, but the Swarm sees its node: it is still ready. Start its engine, so that it can leave, or switch the machine off",
  );
  expect(hostnames(scene)).toEqual(["host1", "host2"]);
});

test("keeps a manager that is needed for the quorum", async () => {
  const scene = await start(3, { managers: 3 });
  scene.fake.engine(3).stop();
  await advance(30);
  await expect(advanceUntilSettled(left(scene, 2))).rejects.toThrow(
    "has to stay a manager: only 1 of the 2 remaining managers would be reachable, and a quorum needs 2: bring back or remove host3 first",
  );
  expect(scene.swarm.leader).toBeDefined();
  expect(scene.fake.engine(2).state).toBe("active");
});

test("does nothing for a node that is already removed", async () => {
  const scene = await start(2);
  const state = stateOf(scene, 2);
  const id = scene.fake.engine(2).nodeId;
  scene.fake.engine(2).resetSwarm();
  scene.swarm.nodes.delete(id);
  await advanceUntilSettled(leaveSwarm(id, state));
  expect(changes(scene)).toEqual([]);
});

test("keeps the new node of a machine that joined again", async () => {
  const scene = await start(2);
  const id = scene.fake.engine(2).nodeId;
  const state = stateOf(scene, 2);
  scene.fake.engine(2).resetSwarm();
  const again = scene.swarm.addNode(scene.fake.engine(2), "worker");
  await advance(30);
  scene.swarm.node(id).Status.State = "down";
  await advanceUntilSettled(leaveSwarm(id, state));
  expect([...scene.swarm.nodes.keys()]).toContain(again);
  expect([...scene.swarm.nodes.keys()]).not.toContain(id);
  expect(scene.fake.engine(2).nodeId).toBe(again);
});

test("leaves despite an election, a connection reset and a version conflict", async () => {
  const scene = await start(3, { managers: 3 });
  const { faults } = scene.fake;
  faults.add("POST /nodes/", { status: 500, message: "rpc error: code = Unknown desc = update out of sequence" });
  faults.add("POST /nodes/", "reset when done");
  faults.add("DELETE /nodes/", "reset when done");
  scene.fake.timing.election = 10_000;
  scene.swarm.loseLeader();
  await advanceUntilSettled(left(scene, 2));
  expect(faults.left).toEqual([]);
  expect(hostnames(scene)).toEqual(["host1", "host3"]);
});

test("Member.update waits until the host knows its role", async () => {
  const scene = await start(3, { managers: 2 });
  scene.fake.timing.role = 5_000;
  const olds = stateOf(scene, 3);
  const id = scene.fake.engine(3).nodeId;
  const { outs } = await advanceUntilSettled(Member.update!(id, olds, { ...olds, role: "manager" }));
  expect(scene.fake.engine(3).isManager).toBe(true);
  await advanceUntilSettled(Member.update!(id, { ...olds, ...outs }, { ...olds, role: "worker" }));
  expect(scene.fake.engine(3).isManager).toBe(false);
  expect(scene.swarm.raftMembers()).toHaveLength(2);
});
