import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Engine } from "../../../../engine/engine.ts";
import { Member } from "../../../../provider/swarm/member.ts";
import { type MemberState } from "../../../../provider/swarm/member-inputs.ts";
import { type MemberInputs } from "../../../../provider/swarm/member-inputs.ts";
import { howToReaddress } from "../../../../provider/swarm/node-address.ts";
import { FakeEngines } from "../../../fake-swarm/fake-engines.ts";
import { NodeLabels, type NodeLabelsInputs } from "../../../../provider/swarm/node-labels.ts";

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const connection = (key: string) => ({ host: `unix:///nowhere/${key}.sock` });
const managers = (...keys: string[]) => Object.fromEntries(keys.map((key) => [key, connection(key)]));

const inputs: MemberInputs = {
  hostKey: "c",
  connection: connection("c"),
  managers: managers("a", "b", "c"),
  swarmId: "swarm",
  owner: { id: "this-state", project: "p", stack: "s", name: "swarm" },
  role: "manager",
  advertiseAddress: "10.0.0.3",
  machineId: "machine",
  timeoutSeconds: 120,
  labels: { disk: "fast" },
};
const state: MemberState = { ...inputs, isOwned: true, createdGatewayBridge: true, address: "10.0.0.3" };
const NOTHING = { changes: false, replaces: [], deleteBeforeReplace: false };
const IN_PLACE = { changes: true, replaces: [], deleteBeforeReplace: false };

test.each<[string, Partial<MemberInputs>, object]>([
  ["nothing", {}, NOTHING],
  ["the address, which only joining needs", { advertiseAddress: "10.0.0.4" }, NOTHING],
  ["labels", { labels: { disk: "slow" } }, IN_PLACE],
  ["no labels any more", { labels: undefined }, IN_PLACE],
  ["availability", { availability: "drain" }, IN_PLACE],
  ["one more manager", { managers: managers("a", "b", "c", "d") }, NOTHING],
  ["one manager less", { managers: managers("b", "c") }, NOTHING],
  ["most managers", { managers: managers("c", "d", "e") }, IN_PLACE],
  ["its role", { role: "worker" }, IN_PLACE],
  ["its connection", { connection: connection("other") }, IN_PLACE],
  [
    "its machine: the new one joins before the old one leaves",
    { machineId: "other" },
    { ...IN_PLACE, replaces: ["machineId"] },
  ],
  ["its machine, while it is unknown", { machineId: UNKNOWN }, NOTHING],
  ["the Swarm", { swarmId: "other" }, { changes: true, replaces: ["swarmId"], deleteBeforeReplace: true }],
])("Member.diff for a change of %s", async (_what, change, expected) => {
  expect(await Member.diff("id", state, { ...inputs, ...change })).toEqual(expected);
});

test.each<[string, Partial<MemberInputs>, Partial<MemberInputs>, boolean]>([
  ["a new host", {}, { dataPathAddress: "10.9.0.3" }, true],
  ["the same address", { ...state, dataPathAddress: "10.9.0.3" }, { dataPathAddress: "10.9.0.3" }, true],
  ["an unknown address", state, { dataPathAddress: UNKNOWN }, true],
  ["another machine", state, { dataPathAddress: "10.9.0.3", machineId: "other" }, true],
  ["another Swarm", state, { dataPathAddress: "10.9.0.3", swarmId: "other" }, true],
  ["another address", { ...state, dataPathAddress: "10.9.0.2" }, { dataPathAddress: "10.9.0.3" }, false],
  ["no address", { ...state, dataPathAddress: "10.9.0.2" }, {}, false],
])("Member.check of the data path address of a node: %s", async (_, olds, change, isAccepted) => {
  const { failures } = await Member.check!(olds, { ...inputs, ...change });
  const { dataPathAddress: before = "(not given)" } = olds;
  const { dataPathAddress: now = "(not given)" } = change;
  const refusal = {
    property: "",
    reason:
      `host c (engine unix:///nowhere/c.sock): dataPathAddress ${now}: its node joined the Swarm with ${before} and keeps ` +
      `it: put it back; to change it, ${howToReaddress()}`,
  };
  expect(failures).toEqual(isAccepted ? [] : [refusal]);
});

describe("the address of a running node", () => {
  let fake: FakeEngines;
  beforeEach(async () => {
    fake = await FakeEngines.start(2);
    fake.formSwarm({ managers: 2 });
  });
  afterEach(() => fake.stop());

  /** Returns why a change from one address to another is refused on the second host, which joined with 198.19.0.2. */
  async function refusal(from: string, to: string, more: Partial<MemberInputs> = {}): Promise<string | undefined> {
    const host = fake.engine(2);
    const joined = { ...inputs, connection: host.connection, machineId: host.info().ID, advertiseAddress: from };
    const { failures } = await Member.check!(joined, { ...joined, advertiseAddress: to, ...more });
    return failures?.[0]?.reason;
  }

  test("is not changed", async () => {
    expect(await refusal("198.19.0.2", "10.10.0.2")).toBe(
      `host c (engine ${fake.engine(2).connection.host}): privateAddress 10.10.0.2: its node joined the Swarm with ` +
        `198.19.0.2 and keeps it: give 198.19.0.2; to change it, ${howToReaddress()}`,
    );
  });

  test("may be corrected in the program", async () => {
    expect(await refusal("10.10.0.2", "198.19.0.2")).toBeUndefined();
  });

  test("is only compared if the program changes it", async () => {
    expect(await refusal("10.10.0.2", "10.10.0.2")).toBeUndefined();
  });

  test("is not that of another machine or Swarm", async () => {
    expect(await refusal("198.19.0.2", "10.10.0.2", { connection: fake.engine(1).connection })).toBeUndefined();
    expect(await refusal("198.19.0.2", "10.10.0.2", { swarmId: "other" })).toBeUndefined();
  });

  test("may change while the node is not in the Swarm, or does not answer", async () => {
    const { connection } = fake.engine(2);
    await new Engine(connection).leaveSwarm(true);
    expect(await refusal("198.19.0.2", "10.10.0.2")).toBeUndefined();
    fake.engine(2).stop();
    expect(await refusal("198.19.0.2", "10.10.0.2")).toBeUndefined();
  });

  test("of an updated host is compared before its engine's id is known", async () => {
    expect(await refusal("198.19.0.2", "10.10.0.2", { machineId: UNKNOWN })).toContain("privateAddress 10.10.0.2");
  });
});

test("the only manager needs another way to a new address", () => {
  expect(howToReaddress({ ControlAvailable: true, Managers: 1 })).toMatch(/^make another host a manager first/);
  expect(howToReaddress({ ControlAvailable: true, Managers: 3 })).toMatch(/^let the host join again/);
  expect(howToReaddress({ ControlAvailable: false })).toMatch(/^let the host join again/);
});

const settings: NodeLabelsInputs = {
  managers: managers("a", "b", "c"),
  swarmId: "swarm",
  nodeId: "node",
  labels: { disk: "fast" },
  availability: "active",
};

test.each<[string, Partial<NodeLabelsInputs>, object]>([
  ["nothing", {}, NOTHING],
  ["one more manager", { managers: managers("a", "b", "c", "d") }, NOTHING],
  ["labels", { labels: {} }, IN_PLACE],
  ["availability", { availability: "drain" }, IN_PLACE],
  ["the node: the old one loses them first", { nodeId: "other" }, { ...IN_PLACE, replaces: ["nodeId"] }],
])("NodeLabels.diff for a change of %s", async (_what, change, expected) => {
  const diff = await NodeLabels.diff("id", settings, { ...settings, ...change });
  expect(diff).toEqual({ ...expected, deleteBeforeReplace: true });
});
