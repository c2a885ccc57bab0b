import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { NodeRole } from "../../engine/types.ts";
import { ownerLabels, userLabels } from "../../core/labels.ts";
import { Cluster } from "../../provider/swarm/cluster.ts";
import { type ClusterState } from "../../provider/swarm/cluster-inputs.ts";
import { type ClusterInputs } from "../../provider/swarm/cluster-inputs.ts";
import { waitForRoleOnHost } from "../../provider/swarm/leave-swarm.ts";
import { Member } from "../../provider/swarm/member.ts";
import { type MemberInputs } from "../../provider/swarm/member-inputs.ts";
import { NodeLabels } from "../../provider/swarm/node-labels.ts";
import { setRole } from "../../provider/swarm/node-operations.ts";
import { type Lab, startLab, labUnavailableReason } from "../../lab/lab.ts";

/** Handlers called as Pulumi calls them, on three real engines. */
let lab: Lab;
let cluster: { id: string; outs: ClusterState };
const members = new Map<number, Awaited<ReturnType<typeof Member.create>>>();

const connection = (number: number) => ({ host: lab.host(number).socket });
const managers = () => ({ one: connection(1), two: connection(2) });

const clusterInputs = (): ClusterInputs => ({
  managers: managers(),
  owner: { id: "this-state", project: "project", stack: "stack", name: "swarm" },
  firstManager: { hostKey: "one", advertiseAddress: lab.host(1).address, listenAddress: "0.0.0.0:2377" },
  adopt: false,
  allowOutage: false,
});

async function memberInputs(number: number, role: NodeRole): Promise<MemberInputs> {
  const { address, engine } = lab.host(number);
  return {
    connection: connection(number),
    managers: managers(),
    swarmId: cluster.id,
    owner: clusterInputs().owner,
    role,
    advertiseAddress: address,
    machineId: (await engine.info()).ID,
    timeoutSeconds: 120,
  };
}

async function join(number: number, role: NodeRole): Promise<void> {
  members.set(number, await Member.create(await memberInputs(number, role)));
}

const member = (number: number) => {
  const found = members.get(number);
  if (!found) throw new Error(`host ${number} has not joined`);
  return found;
};

const nodes = async () => {
  const all = await lab.host(1).engine.listNodes();
  return Object.fromEntries(all.map((node) => [node.Description.Hostname, node.Spec.Role]));
};

const problem = labUnavailableReason();

describe("members of a Swarm", () => {
  beforeEach(({ skip }) => {
    if (problem !== undefined) skip(problem);
  });
  beforeAll(async () => {
    if (problem !== undefined) return;
    lab = await startLab({ hosts: 3 });
    cluster = await Cluster.create(clusterInputs());
  });
  afterAll(() => lab?.stop());

  test("join in parallel, as manager and as worker; the first one is a member already", async () => {
    await Promise.all([join(1, "manager"), join(2, "manager"), join(3, "worker")]);
    expect(await nodes()).toEqual({ node1: "manager", node2: "manager", node3: "worker" });
    expect([1, 2, 3].map((number) => member(number).outs.isOwned)).toEqual([true, true, true]);
  });

  test("that have joined are adopted by another `up`", async () => {
    const again = await Member.create(await memberInputs(3, "worker"));
    expect(again.id).toBe(member(3).id);
  });

  test("of another Swarm are refused", async () => {
    const elsewhere = { ...(await memberInputs(3, "worker")), swarmId: "another" };
    await expect(Member.create(elsewhere)).rejects.toThrow(
      "none of the hosts one, two is a manager of the Swarm another",
    );
  });

  test("are promoted and demoted in place", async () => {
    const { id, outs } = member(3);
    const promoted = await Member.update!(id, outs, { ...outs, role: "manager" });
    expect(await nodes()).toMatchObject({ node3: "manager" });
    expect((await lab.host(3).engine.info()).Swarm.ControlAvailable).toBe(true);
    await Member.update!(id, promoted.outs, { ...promoted.outs, role: "worker" });
    expect(await nodes()).toMatchObject({ node3: "worker" });
  });

  test("report drift if their role was changed manually", async () => {
    const { id, outs } = member(3);
    const engine = lab.host(1).engine;
    await setRole(async () => engine, id, "manager", 120);
    await waitForRoleOnHost(outs, "manager");
    const { inputs } = await Member.read(id, outs);
    expect(inputs?.role).toBe("manager");
    await Member.update!(id, outs, outs);
    expect(await nodes()).toMatchObject({ node3: "worker" });
  });

  test("carry their owner's labels, and report drift if those were changed manually", async () => {
    const { engine } = lab.host(1);
    const { owner } = clusterInputs();
    const { Spec, Version } = await engine.inspectNode(member(3).id);
    expect(Spec.Labels).toEqual(ownerLabels(owner));
    await engine.updateNode(member(3).id, Version.Index, { ...Spec, Labels: {} });
    const { props, inputs } = await Member.read(member(3).id, member(3).outs);
    expect((await Member.diff(member(3).id, props!, { ...inputs!, owner })).changes).toBe(true);
    await Member.update!(member(3).id, props!, { ...inputs!, owner });
    expect((await engine.inspectNode(member(3).id)).Spec.Labels).toEqual(ownerLabels(owner));
  });

  test("carry labels of several NodeLabels, and lose only those of a deleted one", async () => {
    const base = { managers: managers(), swarmId: cluster.id, nodeId: member(3).id };
    const labels = async () => userLabels((await lab.host(1).engine.inspectNode(member(3).id)).Spec.Labels ?? {});
    const a = await NodeLabels.create({ ...base, labels: { a: "1" }, availability: "pause" });
    await NodeLabels.create({ ...base, labels: { b: "2" } });
    expect(await labels()).toEqual({ a: "1", b: "2" });
    await NodeLabels.delete!(a.id, a.outs);
    expect(await labels()).toEqual({ b: "2" });
  });

  test("that left the Swarm themselves are reported as deleted", async () => {
    await lab.host(3).engine.leaveSwarm(false);
    expect(await Member.read(member(3).id, member(3).outs)).toEqual({ id: "" });
    const left = member(3);
    await join(3, "worker");
    expect(member(3).id).not.toBe(left.id);
    await Member.delete!(left.id, left.outs);
    expect(await nodes()).toEqual({ node1: "manager", node2: "manager", node3: "worker" });
  });

  describe("that cannot reach a manager", () => {
    beforeEach(async () => {
      await Member.delete!(member(3).id, member(3).outs);
      await lab.partition([1, 2], [3]);
    });
    afterEach(() => lab.heal());

    test("are in no Swarm once the time limit has passed", async () => {
      const inputs = { ...(await memberInputs(3, "worker")), timeoutSeconds: 5 };
      await expect(Member.create(inputs)).rejects.toThrow(
        /^the engine at .* cannot join the Swarm: not within timeoutSeconds 5 \(.*\): check that it can reach .*:2377, /,
      );
      expect((await lab.host(3).engine.info()).Swarm.LocalNodeState).toBe("inactive");
      expect(await nodes()).toEqual({ node1: "manager", node2: "manager" });
      await lab.heal();
      await join(3, "worker");
    });

    test("join as soon as a manager is reachable, even if their engine had given up", async () => {
      // Flushing the ARP cache makes the engine find no route, which ends a join.
      await lab.host(3).run("ip", "neigh", "flush", "all");
      const log = vi.spyOn(console, "log").mockImplementation(() => {});
      const joined = join(3, "worker");
      await vi.waitFor(() => expect(log).toHaveBeenCalledWith(expect.stringContaining("no route to host")), 120_000);
      log.mockRestore();
      await lab.heal();
      await joined;
      expect(await nodes()).toEqual({ node1: "manager", node2: "manager", node3: "worker" });
      expect(member(3).outs.isOwned).toBe(true);
    });
  });

  test("are reached through any reachable manager", async () => {
    const silent = { ...member(3).outs, managers: { gone: { host: "unix:///nowhere.sock" }, ...managers() } };
    expect((await Member.read(member(3).id, silent)).id).toBe(member(3).id);
  });

  test("leave in parallel in an order that keeps a manager; the last one leaves with the Swarm", async () => {
    await Promise.all([1, 2, 3].map((number) => Member.delete!(member(number).id, member(number).outs)));
    const states = await Promise.all(lab.hosts.map(async ({ engine }) => (await engine.info()).Swarm.LocalNodeState));
    expect(states.filter((state) => state === "active")).toHaveLength(1);
    await Cluster.delete!(cluster.id, cluster.outs);
    for (const { engine } of lab.hosts) expect((await engine.info()).Swarm.LocalNodeState).toBe("inactive");
  });
});
