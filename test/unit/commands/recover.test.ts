import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test, vi } from "vitest";
import { type ExportedStack, recordedSwarm, type RecordedMember } from "../../../commands/lib/recorded-stack.ts";
import { forceNewCluster, mayBeStale, inspectMembers, preconditionError } from "../../../commands/recover/recover.ts";
import type { SwarmInfo } from "../../../engine/types.ts";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const secret = (value: unknown) => ({
  [SIGNATURE]: "1b47061264138c4ac30d75fd1eb44270",
  plaintext: JSON.stringify(value),
});
const kind = (name: string) => `swarm:index:${name}`;
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

test("reads a Swarm with its secrets from the stack's state", () => {
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
])("rejects an unsuitable host: %#", (exported, message) => {
  expect(() => recordedSwarm(exported, "x")).toThrow(message);
});

const info = (more: Partial<SwarmInfo> = {}): SwarmInfo => ({
  NodeID: "n",
  NodeAddr: "",
  LocalNodeState: "active",
  ControlAvailable: true,
  ...more,
});
const EXPIRED = info({ ControlAvailable: false, LocalNodeState: "error", Error: "x509: certificate has expired" });
const [a, b] = recordedSwarm(stack(member("a"), member("b")), "a").members as [RecordedMember, RecordedMember];

test.each<[string, [RecordedMember, SwarmInfo][], string, string | undefined]>([
  ["no quorum", [[a, info()]], "", undefined],
  [
    "a working Swarm",
    [
      [a, info()],
      [b, info({ Cluster: { ID: "swarm-id" } })],
    ],
    "",
    "the Swarm works, as host b reports",
  ],
  ["an unreachable machine", [[b, info()]], "", "its engine at ssh://a does not answer; choose one of b"],
  ["no reachable machine", [], "", "its engine at ssh://a does not answer; no other manager answers either"],
  [
    "a machine that left",
    [[a, info({ ControlAvailable: false, LocalNodeState: "inactive" })]],
    "",
    "is no longer a manager",
  ],
  ["a certificate that has expired", [[a, EXPIRED]], "", undefined],
  [
    "a certificate that has expired, unlike another manager's",
    [
      [a, EXPIRED],
      [b, info()],
    ],
    "",
    "its certificate has expired; choose one of b",
  ],
  ["a locked manager", [[a, info({ ControlAvailable: false, LocalNodeState: "locked" })]], "", "is locked"],
  ["a Swarm that locks its managers", [[a, info()]], "key", "bring enough of its managers back"],
])("recovery with %s", (_what, found, unlockKey, expected) => {
  const problem = preconditionError({ swarmId: "swarm-id", unlockKey }, a, new Map(found), found[0]?.[1] === EXPIRED);
  if (expected === undefined) expect(problem).toBeUndefined();
  else expect(problem).toContain(expected);
});

test.each<[string, (number | undefined)[], number, boolean]>([
  ["none of three", [], 3, false],
  ["one of three, which knows three", [3], 3, true],
  ["one of three, which does not report a number", [undefined], 3, true],
  ["two of three", [3, 3], 3, false],
  ["two of four", [4, 4], 4, true],
  ["a single one, although the state still records three", [1], 3, false],
])("a leader that may not know yet that it has lost its quorum: %s", (_what, managers, recorded, expected) => {
  const leading = managers.map((Managers) => ({ Managers }));
  expect(mayBeStale(leading, recorded)).toBe(expected);
});

/** Starts an engine behind a socket, as a manager in a stack's state. */
async function managerOn(
  answer: (path: string, sent: string) => [status: number, body: unknown],
): Promise<RecordedMember> {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-recover-"));
  const path = join(folder, "engine.sock");
  const server = createServer((request, response) => {
    void text(request).then((sent) => {
      const [status, body] = answer(request.url ?? "", sent);
      response.writeHead(status).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((listening) => server.listen(path, listening));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
    rmSync(folder, { recursive: true });
  });
  return { ...a, connection: { host: `unix://${path}` } };
}

test("asks a leader again if other managers delayed the first answer", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  onTestFinished(() => void vi.useRealTimers());
  let looks = 0;
  const leader = await managerOn((path) => {
    if (!path.endsWith("/info")) return [200, {}];
    // The first inspection takes longer than a leader without a quorum stays leader.
    vi.setSystemTime(Date.now() + 60_000);
    looks += 1;
    return [200, { Swarm: info(looks === 1 ? { Managers: 3, Cluster: { ID: "swarm-id" } } : {}) }];
  });
  const silent = { ...b, connection: { host: "unix:///nowhere.sock" } };
  const found = await inspectMembers({ swarmId: "swarm-id", unlockKey: "", members: [leader, silent] });
  expect([...found.values()].map(({ Cluster }) => Cluster)).toEqual([undefined]);
  expect(looks).toBe(2);
});

/** Starts a manager whose engine answers `POST /swarm/init` in this order, and repeats the last answer. */
async function managerThatInits(...answers: [status: number, message: string][]) {
  const inits: string[] = [];
  const manager = await managerOn((path) => {
    if (path.endsWith("/nodes")) return [200, []];
    if (!path.endsWith("/swarm/init")) return [200, { Swarm: info({ NodeID: "node-a" }) }];
    const [status, message] = answers[Math.min(inits.push(path), answers.length) - 1]!;
    return [status, status === 200 ? "node-a" : { message }];
  });
  const swarm = { swarmId: "swarm-id", unlockKey: "", members: [manager] };
  return { inits, goesOn: () => forceNewCluster(swarm, manager, new Map()) };
}

const TAKEN =
  "manager stopped: failed to listen on remote API address: listen tcp 10.0.0.1:2377: bind: address already in use";

test("waits for the port of the manager's previous node", async () => {
  const { inits, goesOn } = await managerThatInits([500, TAKEN], [200, ""]);
  expect(await goesOn()).toEqual({ removed: [], unreachable: [] });
  expect(inits).toHaveLength(2);
});

test("keeps the addresses of the manager", async () => {
  let sent: unknown;
  const manager = await managerOn((path, body) => {
    if (path.endsWith("/swarm/init")) sent = JSON.parse(body);
    return [200, path.endsWith("/info") ? { Swarm: info() } : []];
  });
  const chosen = { ...manager, dataPathAddress: "10.9.0.1" };
  await forceNewCluster({ swarmId: "swarm-id", unlockKey: "", members: [chosen] }, chosen, new Map());
  const addresses = { AdvertiseAddr: "10.0.0.1", ListenAddr: "10.0.0.1:2377", DataPathAddr: "10.9.0.1" };
  expect(sent).toEqual({ ForceNewCluster: true, ...addresses, Spec: {} });
});

test.each([
  ["swarm spec: invalid", "swarm spec: invalid"],
  ["can't initialize raft node: the key is encrypted", 'host "a": its Swarm uses autolock'],
])("reports at once that a manager cannot continue alone: %s", async (message, expected) => {
  const { inits, goesOn } = await managerThatInits([500, message]);
  await expect(goesOn()).rejects.toThrow(expected);
  expect(inits).toHaveLength(1);
});
