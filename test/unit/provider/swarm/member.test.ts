import { expect, test } from "vitest";
import { Member } from "../../../../provider/swarm/member.ts";
import { type MemberState } from "../../../../provider/swarm/member-inputs.ts";
import { type MemberInputs } from "../../../../provider/swarm/member-inputs.ts";
import { NodeSettings, type NodeSettingsInputs } from "../../../../provider/swarm/node-settings.ts";

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const connection = (key: string) => ({ host: `unix:///nowhere/${key}.sock` });
const managers = (...keys: string[]) => Object.fromEntries(keys.map((key) => [key, connection(key)]));

const inputs: MemberInputs = {
  hostKey: "c",
  connection: connection("c"),
  managers: managers("a", "b", "c"),
  swarmId: "swarm",
  owner: { id: "this-state", project: "p", stack: "s", name: "swarm" },
  ownsSwarm: true,
  role: "manager",
  joinToken: "token",
  joinAddresses: ["10.0.0.1:2377"],
  advertiseAddress: "10.0.0.3",
  listenAddress: "10.0.0.3:2377",
  machineId: "machine",
  timeoutSeconds: 120,
};
const state: MemberState = { ...inputs, joined: true, createdGatewayBridge: true, address: "10.0.0.3" };
const NOTHING = { changes: false, replaces: [], deleteBeforeReplace: false };
const IN_PLACE = { changes: true, replaces: [], deleteBeforeReplace: false };

test.each<[string, Partial<MemberInputs>, object]>([
  ["nothing", {}, NOTHING],
  ["the token, which it does not need any more", { joinToken: "other" }, NOTHING],
  ["where others join", { joinAddresses: [], listenAddress: "0.0.0.0:2377" }, NOTHING],
  ["a manager more", { managers: managers("a", "b", "c", "d") }, NOTHING],
  ["a manager less", { managers: managers("b", "c") }, NOTHING],
  ["most managers", { managers: managers("c", "d", "e") }, IN_PLACE],
  ["its role", { role: "worker" }, IN_PLACE],
  ["how it is reached", { connection: connection("other") }, IN_PLACE],
  [
    "its machine, which joins before the former one leaves",
    { machineId: "other" },
    { ...IN_PLACE, replaces: ["machineId"] },
  ],
  ["its machine, as long as nobody says which it is", { machineId: UNKNOWN }, NOTHING],
  ["the Swarm", { swarmId: "other" }, { changes: true, replaces: ["swarmId"], deleteBeforeReplace: true }],
])("a member, with a change of %s", async (_what, change, expected) => {
  expect(await Member.diff("id", state, { ...inputs, ...change })).toEqual(expected);
});

const settings: NodeSettingsInputs = {
  managers: managers("a", "b", "c"),
  swarmId: "swarm",
  nodeId: "node",
  labels: { disk: "fast" },
  availability: "active",
};

test.each<[string, Partial<NodeSettingsInputs>, object]>([
  ["nothing", {}, NOTHING],
  ["a manager more", { managers: managers("a", "b", "c", "d") }, NOTHING],
  ["labels", { labels: {} }, IN_PLACE],
  ["availability", { availability: "drain" }, IN_PLACE],
  [
    "the node, which gets them once the former one has lost them",
    { nodeId: "other" },
    { ...IN_PLACE, replaces: ["nodeId"] },
  ],
])("a node's settings, with a change of %s", async (_what, change, expected) => {
  const diff = await NodeSettings.diff("id", settings, { ...settings, ...change });
  expect(diff).toEqual({ ...expected, deleteBeforeReplace: true });
});
