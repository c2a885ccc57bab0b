import { expect, test } from "vitest";
import { Cluster } from "../../../../provider/swarm/cluster.ts";
import { type ClusterState } from "../../../../provider/swarm/cluster-inputs.ts";
import { type ClusterInputs } from "../../../../provider/swarm/cluster-inputs.ts";

const inputs: ClusterInputs = {
  managers: { a: { host: "unix:///run/docker.sock" } },
  owner: { id: "this-state", project: "project", stack: "stack", name: "swarm" },
  firstManager: { hostKey: "a", advertiseAddress: "127.0.0.1", listenAddress: "127.0.0.1:2377" },
  adopt: false,
  allowOutage: false,
};
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
  ["what the Swarm was made with, said aloud", { subnetSize: 24 }, { changes: true, replaces: [] }],
  ["another subnet size", { subnetSize: 26 }, { changes: true, replaces: ["subnetSize"] }],
  ["other address pools", { addressPools: ["10.9.0.0/16"] }, { changes: true, replaces: ["addressPools"] }],
  ["a setting", { taskHistoryLimit: 2 }, { changes: true, replaces: [] }],
  ["another manager", { managers: {} }, { changes: true, replaces: [] }],
  ["allowOutage, a permission for changes to come", { allowOutage: true }, { changes: false, replaces: [] }],
  [
    "who would be first, were it made today",
    { firstManager: { ...inputs.firstManager, hostKey: "b" } },
    { changes: false, replaces: [] },
  ],
  ["adopt, once it is there", { adopt: true }, { changes: false, replaces: [] }],
  ["which tokens let others in", { joinTokenGeneration: "second" }, { changes: true, replaces: [] }],
  ["a second host, where it cannot be reached", { singleHost: false }, { changes: true, replaces: ["firstManager"] }],
  [
    "a second host, where it can",
    { singleHost: false, firstManager: { hostKey: "a", advertiseAddress: "10.0.0.1", listenAddress: "10.0.0.1:2377" } },
    { changes: false, replaces: [] },
  ],
])("a change of %s", async (_what, change, expected) => {
  expect(await Cluster.diff("id", state, { ...inputs, ...change })).toMatchObject(expected);
});

test("how the Swarm came about is kept, until it is made anew", async () => {
  const first = { hostKey: "b", advertiseAddress: "10.0.0.2", listenAddress: "10.0.0.2:2377" };
  const silent = { ...inputs, managers: { a: { host: "unix:///nowhere.sock" } }, firstManager: first };
  expect((await Cluster.check!(inputs, silent)).inputs.firstManager).toEqual(inputs.firstManager);
  expect((await Cluster.check!({}, silent)).inputs.firstManager).toEqual(first);
});
