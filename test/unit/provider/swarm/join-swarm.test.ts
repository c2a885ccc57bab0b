import { expect, test } from "vitest";
import { joinSwarm } from "../../../../provider/swarm/join-swarm.ts";
import { Member } from "../../../../provider/swarm/member.ts";
import { type MemberInputs } from "../../../../provider/swarm/member-inputs.ts";
import { ApiError } from "../../../fake-swarm/response.ts";
import { FakeSwarm } from "../../../fake-swarm/swarm.ts";
import { withFakeTime, OWNER, type TestSwarm } from "../../../fake-swarm/test-swarm.ts";
import { advance, advanceUntilSettled } from "../../../fake-swarm/time.ts";

const { start } = withFakeTime();

/** Pulumi's marker for unknown values. */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Starts a Swarm of all hosts but the last, which the test joins. */
async function scene(hosts: number, options: { managers?: number } = {}) {
  const started = await start(hosts, options);
  const last = started.fake.engine(hosts);
  started.swarm.nodes.delete(last.nodeId);
  last.resetSwarm();
  last.localNetworks.splice(0, Infinity, ...last.localNetworks.filter(({ Name }) => Name !== "docker_gwbridge"));
  const inputs: MemberInputs = {
    ...started.address,
    ...{ hostKey: "new", connection: last.connection, owner: OWNER, role: "worker" },
    ...{ advertiseAddress: last.address, machineId: "m", timeoutSeconds: 60 },
  };
  return { fake: started.fake, swarm: started.swarm, last, inputs, engine: started.engine(hosts) };
}

const hostnames = ({ swarm }: Pick<TestSwarm, "swarm">) =>
  [...swarm.nodes.values()].map(({ Description, Status }) => `${Description.Hostname} ${Status.State}`);

test.each(["worker", "manager"] as const)("joins a host as a %s with the current token", async (role) => {
  const { swarm, inputs, fake, last } = await scene(2);
  // The tokens were rotated since the Swarm was created.
  swarm.update(swarm.inspect().Version.Index, swarm.inspect().Spec, () => true);
  const { id, outs } = await advanceUntilSettled(Member.create({ ...inputs, role }));
  expect(id).toBe(last.nodeId);
  expect(outs).toMatchObject({ isOwned: true, createdGatewayBridge: true, address: last.address });
  expect(hostnames({ swarm })).toEqual(["host1 ready", "host2 ready"]);
  expect(swarm.node(id).Spec).toMatchObject({ Role: role, Labels: { "pulumi-swarm.owner": "owner" } });
  expect(swarm.raftMembers()).toHaveLength(role === "manager" ? 2 : 1);
  expect(fake.requests.filter((one) => one.endsWith("POST /swarm/join"))).toHaveLength(1);
});

test("does not join a host twice", async () => {
  const { inputs, fake, engine } = await scene(2);
  expect(await advanceUntilSettled(joinSwarm(engine, inputs))).toBe(true);
  expect(await advanceUntilSettled(joinSwarm(engine, inputs))).toBe(false);
  expect(fake.requests.filter((one) => one.endsWith("POST /swarm/join"))).toHaveLength(1);
});

test("rejects a host in another Swarm, and names it", async () => {
  const { inputs, engine, last, fake } = await scene(2);
  new FakeSwarm(fake, { Spec: {} }).addNode(last, "manager");
  await expect(advanceUntilSettled(joinSwarm(engine, inputs))).rejects.toThrow(
    `host new (engine ${last.connection.host}) is in another Swarm (active): leave it there with \`docker swarm leave\``,
  );
  expect(last.state).toBe("active");
});

test("continues with the node of a run that was killed while joining", async () => {
  const { inputs, fake, swarm, engine, last } = await scene(2);
  fake.faults.add("POST /swarm/join", "reset when done");
  await advanceUntilSettled(joinSwarm(engine, inputs));
  expect(fake.faults.left).toEqual([]);
  expect(fake.requests.filter((one) => one.endsWith("POST /swarm/join"))).toHaveLength(1);
  expect(hostnames({ swarm })).toEqual(["host1 ready", "host2 ready"]);
  expect(last.state).toBe("active");
});

test("waits for an engine that is still starting", async () => {
  const { inputs, engine, last } = await scene(2);
  last.state = "pending";
  setTimeout(() => (last.state = "inactive"), 10_000);
  expect(await advanceUntilSettled(joinSwarm(engine, inputs))).toBe(true);
});

test("rejects an engine that never finishes starting, with a fix", async () => {
  const { inputs, engine, last } = await scene(2);
  last.state = "pending";
  await expect(advanceUntilSettled(joinSwarm(engine, inputs))).rejects.toThrow(
    "its node is still starting after 60 s: wait, or run `docker swarm leave --force` on it",
  );
});

test("rolls back and retries while the manager cannot be reached", async () => {
  const { inputs, engine, fake, last } = await scene(2);
  fake.engine(1).isFirewalled = true;
  const joining = joinSwarm(engine, { ...inputs, timeoutSeconds: 180 });
  await advance(50);
  expect(last.state).toBe("pending");
  fake.engine(1).isFirewalled = false;
  expect(await advanceUntilSettled(joining)).toBe(true);
  expect(last.state).toBe("active");
  // It gave up twice, and left before each new attempt.
  const asked = (what: string) => fake.requests.filter((one) => one.endsWith(what)).length;
  expect([asked("POST /swarm/join"), asked("POST /swarm/leave")]).toEqual([3, 2]);
});

test("fails within the time limit when nothing listens, and leaves no node", async () => {
  const { inputs, engine, last, swarm, fake } = await scene(2);
  fake.faults.add(
    "POST /swarm/join",
    { status: 503, message: "rpc error: code = Unavailable desc = connection refused" },
    { times: Infinity },
  );
  const begun = performance.now();
  await expect(advanceUntilSettled(joinSwarm(engine, inputs))).rejects.toThrow(
    /host new .* cannot join the Swarm: not within timeoutSeconds 60 \(rpc error: code = Unavailable desc = connection refused\): check that it can reach 198\.19\.0\.1:2377, or increase the Swarm's timeoutSeconds/,
  );
  expect(performance.now() - begun).toBeLessThan(65_000);
  expect(last.state).toBe("inactive");
  expect(hostnames({ swarm })).toEqual(["host1 ready"]);
});

test("fails at once when the engine rejects the request", async () => {
  const { inputs, engine, fake } = await scene(2);
  fake.faults.add("POST /swarm/join", { status: 400, message: "advertise address must be a non-zero IP address" });
  const begun = performance.now();
  await expect(advanceUntilSettled(joinSwarm(engine, inputs))).rejects.toThrow(
    "cannot join the Swarm: advertise address must be a non-zero IP address",
  );
  expect(performance.now() - begun).toBeLessThan(2_000);
});

test("leaves no Swarm behind when the time limit passes while the engine still tries", async () => {
  const { inputs, engine, fake, last } = await scene(2);
  fake.engine(1).isFirewalled = true;
  await expect(advanceUntilSettled(joinSwarm(engine, { ...inputs, timeoutSeconds: 25 }))).rejects.toThrow(
    "cannot join the Swarm: not within timeoutSeconds 25 (no manager has accepted it): check that it can reach",
  );
  expect(last.state).toBe("inactive");
});

test("removes a half-joined manager, which would count for the quorum", async () => {
  const { inputs, engine, swarm, last } = await scene(4, { managers: 3 });
  const { addNode } = swarm;
  swarm.addNode = (joining, role) => {
    addNode.call(swarm, joining, role);
    joining.state = "pending";
    throw new ApiError(503, "Timeout was reached before node joined. It will continue in the background.");
  };
  const joining = joinSwarm(engine, { ...inputs, role: "manager" });
  await advance(1);
  expect(swarm.raftMembers()).toHaveLength(4);
  await expect(advanceUntilSettled(joining)).rejects.toThrow("cannot join the Swarm: not within timeoutSeconds 60");
  expect(swarm.raftMembers()).toHaveLength(3);
  expect(hostnames({ swarm })).toEqual(["host1 ready", "host2 ready", "host3 ready"]);
  expect(last).toMatchObject({ state: "inactive", nodeId: "" });
});

test.each<[what: string, machineId: string, expected: object]>([
  ["the same id", "engine-host2", { changes: false, replaces: [] }],
  ["another id", "before", { changes: true, replaces: [] }],
])("a node whose engine had %s stays the same member", async (_what, before, expected) => {
  const { inputs } = await scene(2);
  const { id, outs } = await advanceUntilSettled(Member.create({ ...inputs, machineId: before }));
  for (const machineId of ["engine-host2", UNKNOWN]) {
    expect(await advanceUntilSettled(Member.diff(id, outs, { ...inputs, machineId }))).toMatchObject(expected);
  }
});

test("a machine that is not a node of the Swarm replaces the member", async () => {
  const { inputs, last, swarm } = await scene(2);
  const { id, outs } = await advanceUntilSettled(Member.create({ ...inputs, machineId: "before" }));
  swarm.nodes.delete(last.nodeId);
  last.resetSwarm();
  for (const machineId of ["engine-host2", UNKNOWN]) {
    const diff = await advanceUntilSettled(Member.diff(id, outs, { ...inputs, machineId }));
    expect(diff).toMatchObject({ changes: true, replaces: ["machineId"] });
  }
});
