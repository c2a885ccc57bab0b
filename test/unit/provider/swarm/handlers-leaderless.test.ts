import { expect, test } from "vitest";
import { Cluster } from "../../../../provider/swarm/cluster.ts";
import { type ClusterState } from "../../../../provider/swarm/cluster-inputs.ts";
import { type ClusterInputs } from "../../../../provider/swarm/cluster-inputs.ts";
import { Member } from "../../../../provider/swarm/member.ts";
import { type MemberState } from "../../../../provider/swarm/member-inputs.ts";
import { NodeLabels } from "../../../../provider/swarm/node-labels.ts";
import { PredefinedNetwork } from "../../../../provider/networks/predefined-network.ts";
import { Service } from "../../../../provider/service/service.ts";
import { ConfigFromNetwork, type ConfigFromNetworkInputs } from "../../../../provider/networks/config-from-network.ts";
import { ownerLabels } from "../../../../core/labels.ts";
import type { Fault } from "../../../fake-swarm/faults.ts";
import { withFakeTime, OWNER, type TestSwarm, specOf } from "../../../fake-swarm/test-swarm.ts";
import { advanceUntilSettled } from "../../../fake-swarm/time.ts";

const { start } = withFakeTime();

const LEADERLESS: Fault = {
  status: 500,
  message:
    "rpc error: code = Unknown desc = The swarm does not have a leader. It's possible that too few managers are online.",
};

/** An operation of a handler, and the requests of it that may fail. */
type Row = [
  what: string,
  requests: string[],
  work: (scene: TestSwarm) => Promise<unknown>,
  outcome: object | undefined,
];

const clusterOf = ({ managers, swarm }: TestSwarm) =>
  ({
    ...{ managers, owner: OWNER, adopt: false, allowOutage: false, swarmId: swarm.id, ownsSwarm: true, autolock: true },
    ...{
      firstManager: { hostKey: "host1", advertiseAddress: "a", listenAddress: "l" },
      createdGatewayBridge: true,
      unlockKey: "",
    },
  }) as unknown as ClusterState;

async function networkOf(scene: TestSwarm): Promise<ConfigFromNetworkInputs & { id: string }> {
  const id = await scene
    .engine(1)
    .createNetwork({ Name: "net", CheckDuplicate: true, Driver: "macvlan", Scope: "swarm" });
  return {
    ...scene.address,
    id,
    name: "net",
    driver: "macvlan",
    attachable: false,
  } as unknown as ConfigFromNetworkInputs & {
    id: string;
  };
}

const ROWS: Row[] = [
  [
    "reads a member",
    ["GET /nodes/"],
    ({ fake, address }) => {
      const { nodeId, connection } = fake.engine(2);
      const state = { ...address, connection, owner: OWNER, role: "manager", isOwned: true };
      return Member.read(nodeId, state as unknown as MemberState);
    },
    { props: { role: "manager" } },
  ],
  [
    "reads a node's settings",
    ["GET /nodes/"],
    ({ fake, address }) => {
      const { nodeId } = fake.engine(2);
      return NodeLabels.read(nodeId, { ...address, nodeId, labels: {}, availability: "active" });
    },
    { props: { availability: "active" } },
  ],
  [
    "reads a service",
    ["GET /services/", "GET /tasks", "GET /nodes"],
    async (scene) => {
      const id = await scene.run(specOf("a"));
      return Service.read(id, scene.service(specOf("a")));
    },
    { props: { tasks: 3 } },
  ],
  [
    "reads a predefined network",
    ["GET /networks/"],
    async ({ address, swarm }) => {
      swarm.networks.set("hostid", { ...[...swarm.networks.values()][0]!, Id: "hostid", Name: "host", Ingress: false });
      return PredefinedNetwork.read("hostid", { ...address, name: "host" });
    },
    { id: "hostid" },
  ],
  [
    "reads a network",
    ["GET /networks/"],
    async (scene) => {
      const inputs = await networkOf(scene);
      return ConfigFromNetwork.read(inputs.id, { ...inputs, networkId: inputs.id });
    },
    { props: { name: "net" } },
  ],
  [
    "reads a Swarm",
    ["GET /swarm", "GET /swarm/unlockkey"],
    (scene) => {
      const { Version, Spec } = scene.swarm.inspect();
      scene.swarm.update(Version.Index, { ...Spec, EncryptionConfig: { AutoLockManagers: true } }, () => false);
      return Cluster.read(scene.swarm.id, clusterOf(scene));
    },
    { props: { autolock: true, unlockKey: expect.stringContaining("SWMKEY") as string } },
  ],
  [
    "updates a Swarm",
    ["GET /swarm", "POST /swarm/update", "GET /swarm/unlockkey"],
    async (scene) => {
      const olds = clusterOf(scene);
      const news = { ...olds, taskHistoryLimit: 2, joinTokenGeneration: "second" } as ClusterInputs;
      return Cluster.update!(scene.swarm.id, olds, news);
    },
    { outs: { taskHistoryLimit: 2, unlockKey: expect.stringContaining("SWMKEY") as string } },
  ],
  [
    "removes a Swarm",
    ["GET /services", "GET /secrets", "GET /configs"],
    (scene) => {
      const { Version, Spec } = scene.swarm.inspect();
      scene.swarm.update(Version.Index, { ...Spec, Labels: ownerLabels(OWNER) }, () => false);
      return Cluster.delete!(scene.swarm.id, clusterOf(scene));
    },
    undefined,
  ],
];

const FAULTS: [string, Fault][] = [
  ["no leader", LEADERLESS],
  ["a connection reset", "reset"],
];

test.each(FAULTS.flatMap(([why, fault]) => ROWS.map((row) => [why, fault, ...row] as const)))(
  "retries after %s: $2",
  async (_why, fault, _what, requests, work, outcome) => {
    const scene = await start(3, { managers: 3 });
    const done = work(scene);
    for (const request of requests) scene.fake.faults.add(request, fault);
    const result = await advanceUntilSettled(done);
    if (outcome) expect(result).toMatchObject(outcome);
    expect(scene.fake.faults.left).toEqual([]);
  },
);
