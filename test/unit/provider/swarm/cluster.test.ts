import { expect, test } from "vitest";
import { Cluster } from "../../../../provider/swarm/cluster.ts";
import { type ClusterState } from "../../../../provider/swarm/cluster-inputs.ts";
import { type ClusterInputs } from "../../../../provider/swarm/cluster-inputs.ts";

const inputs = {
  managers: { a: { host: "unix:///run/docker.sock" } },
  owner: { id: "this-state", project: "project", stack: "stack", name: "swarm" },
  firstManager: { hostKey: "a", advertiseAddress: "127.0.0.1", listenAddress: "127.0.0.1:2377" },
  adopt: false,
  allowOutage: false,
} satisfies ClusterInputs;
const state: ClusterState = {
  ...inputs,
  swarmId: "swarm",
  ownsSwarm: true,
  createdGatewayBridge: true,
  creationSettings: { addressPools: ["10.0.0.0/8"], subnetSize: 24, dataPathPort: 4789 },
  joinTokens: { worker: "w", manager: "m" },
  unlockKey: "",
};

test.each<[string, Partial<ClusterInputs>, { changes: boolean; replaces: string[] }]>([
  ["nothing", {}, { changes: false, replaces: [] }],
  ["to the value that the Swarm was created with", { subnetSize: 24 }, { changes: true, replaces: [] }],
  ["another subnet size", { subnetSize: 26 }, { changes: true, replaces: ["subnetSize"] }],
  ["other address pools", { addressPools: ["10.9.0.0/16"] }, { changes: true, replaces: ["addressPools"] }],
  ["a setting", { taskHistoryLimit: 2 }, { changes: true, replaces: [] }],
  ["another manager", { managers: {} }, { changes: true, replaces: [] }],
  ["allowOutage, which only permits later changes", { allowOutage: true }, { changes: false, replaces: [] }],
  [
    "the first manager, which only matters at creation",
    { firstManager: { ...inputs.firstManager, hostKey: "b" } },
    { changes: false, replaces: [] },
  ],
  ["adopt, which only matters at creation", { adopt: true }, { changes: false, replaces: [] }],
  ["the generation of join tokens", { joinTokenGeneration: "second" }, { changes: true, replaces: [] }],
  ["the number of hosts, on a loopback address", { singleHost: false }, { changes: true, replaces: ["firstManager"] }],
  [
    "the number of hosts, on a reachable address",
    { singleHost: false, firstManager: { hostKey: "a", advertiseAddress: "10.0.0.1", listenAddress: "10.0.0.1:2377" } },
    { changes: false, replaces: [] },
  ],
])("a change of %s", async (_what, change, expected) => {
  expect(await Cluster.diff("id", state, { ...inputs, ...change })).toMatchObject(expected);
});

test("keeps the first manager until the Swarm is recreated", async () => {
  const first = { hostKey: "b", advertiseAddress: "10.0.0.2", listenAddress: "10.0.0.2:2377" };
  const silent = { ...inputs, managers: { a: { host: "unix:///nowhere.sock" } }, firstManager: first };
  expect((await Cluster.check!(inputs, silent)).inputs.firstManager).toEqual(inputs.firstManager);
  expect((await Cluster.check!({}, silent)).inputs.firstManager).toEqual(first);
});
