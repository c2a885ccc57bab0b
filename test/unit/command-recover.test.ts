import { expect, test } from "vitest";
import { type ExportedStack, recordedSwarm, type RecordedMember } from "../../commands/recover/recorded.ts";
import { whyNot } from "../../commands/recover/recover.ts";
import type { SwarmInfo } from "../../components/engine/types.ts";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const secret = (value: unknown) => ({
  [SIGNATURE]: "1b47061264138c4ac30d75fd1eb44270",
  plaintext: JSON.stringify(value),
});
const kind = (name: string) => `pulumi-nodejs:dynamic/swarm:${name}`;
const memberUrn = (name: string, key: string) => `urn:pulumi:s::p::x$${kind("Member")}::${name}-member-${key}`;

const member = (key: string, swarm = "swarm", outputs: object = { hostKey: key }) => ({
  urn: memberUrn(swarm, key),
  type: kind("Member"),
  id: `node-${key}`,
  outputs: {
    connection: { host: `ssh://${key}` },
    role: "manager",
    swarmId: `${swarm}-id`,
    advertiseAddress: "10.0.0.1",
    listenAddress: "10.0.0.1:2377",
    ...outputs,
  },
});
const stack = (...members: ReturnType<typeof member>[]): ExportedStack => ({
  deployment: {
    resources: [
      { urn: "c", type: kind("Cluster"), id: "swarm-id", outputs: { unlockKey: secret("key") } },
      ...members,
      { ...member("late"), delete: true },
    ],
  },
});

test("a Swarm is read from the stack's state, with what is secret there", () => {
  const tls = { connection: secret({ host: "tcp://a:2376", key: "pem" }) };
  const { unlockKey, swarmId, members } = recordedSwarm(
    stack(member("a", "swarm", tls), member("b", "swarm", {}), member("z", "other")),
    "b",
  );
  expect({ unlockKey, swarmId }).toEqual({ unlockKey: "key", swarmId: "swarm-id" });
  expect(members.map(({ key }) => key)).toEqual(["a", "b"]);
  expect(members[0]).toMatchObject({
    nodeId: "node-a",
    urn: memberUrn("swarm", "a"),
    connection: { host: "tcp://a:2376", key: "pem" },
  });
});

test.each([
  [stack(member("a"), member("b")), 'host "x": is not in the stack\'s Swarm; choose one of a, b'],
  [stack(), 'host "x": is not in the stack\'s Swarm; it has none'],
  [stack(member("x"), member("x", "other")), 'host "x": is in two Swarms of this stack'],
])("a host that it cannot be: %#", (exported, message) => {
  expect(() => recordedSwarm(exported, "x")).toThrow(message);
});

const info = (more: Partial<SwarmInfo> = {}): SwarmInfo => ({
  NodeID: "n",
  NodeAddr: "",
  LocalNodeState: "active",
  ControlAvailable: true,
  ...more,
});
const [a, b] = recordedSwarm(stack(member("a"), member("b")), "a").members as [RecordedMember, RecordedMember];

test.each<[string, [RecordedMember, SwarmInfo][], string, string | undefined]>([
  ["no quorum", [[a, info()]], "", undefined],
  [
    "a Swarm that works",
    [
      [a, info()],
      [b, info({ Cluster: { ID: "swarm-id" } })],
    ],
    "",
    "the Swarm works, as host b says",
  ],
  ["a silent machine", [[b, info()]], "", "its engine at ssh://a does not answer; choose one of b"],
  ["silence", [], "", "its engine at ssh://a does not answer; no other manager answers either"],
  [
    "a machine that left",
    [[a, info({ ControlAvailable: false, LocalNodeState: "inactive" })]],
    "",
    "is no manager any more",
  ],
  ["a locked manager", [[a, info({ ControlAvailable: false, LocalNodeState: "locked" })]], "", "is locked"],
  ["a Swarm that locks its managers", [[a, info()]], "key", "bring enough of them back"],
])("recovery, with %s", (_what, found, unlockKey, expected) => {
  const problem = whyNot({ swarmId: "swarm-id", unlockKey }, a, new Map(found));
  if (expected === undefined) expect(problem).toBeUndefined();
  else expect(problem).toContain(expected);
});
