import { beforeEach, expect, test, vi } from "vitest";
import { EngineError } from "../../../../engine/transport.ts";
import type { ExecResult } from "../../../../engine/exec.ts";
import { UnreachableError } from "../../../../engine/unreachable.ts";
import type { TaskContainer } from "../../../../provider/service/task-exec.ts";
import type { StoreLocation } from "../../../../provider/minio/admin-client.ts";
import { ServerUrlCheck } from "../../../../provider/minio/server-url-check.ts";
import { setLogSink } from "../../../../provider/runtime/log-line.ts";

const STORE: StoreLocation = { managers: {}, swarmId: "s", nodes: {}, serviceName: "store", serviceIds: { main: "i" } };
const URL = "https://s3.example.com";
const WARNING = (reason: string) =>
  `store store: environment.MINIO_SERVER_URL "${URL}" does not answer a member on host a (${reason}): logins at the ` +
  "console fail until it does; if no gateway or proxy with that name follows, leave the variable out";

interface Fake {
  ping: () => Promise<void>;
  members: () => Promise<TaskContainer[]>;
  /** What each client prints, or the engine's error. */
  answers: Record<string, string | Error>;
  asked: unknown[];
}

const { fake } = vi.hoisted(() => {
  const fake: Fake = { ping: () => Promise.resolve(), members: () => Promise.resolve([]), answers: {}, asked: [] };
  return { fake };
});

vi.mock(import("../../../../provider/minio/admin-client.ts"), async (original) => ({
  ...(await original()),
  runningMembers: () => fake.members(),
}));

vi.mock(import("../../../../engine/exec.ts"), async (original) => ({
  ...(await original()),
  exec: (_engine, container, command, _timeoutMs, env): Promise<ExecResult> => {
    fake.asked.push([container, command[0], env]);
    const answer = fake.answers[command[0] ?? ""] ?? "";
    return answer instanceof Error
      ? Promise.reject(answer)
      : Promise.resolve({ exitCode: 0, stdout: answer, stderr: "" });
  },
}));

const lines: string[] = [];
const pinged = (error?: string) => JSON.stringify({ status: "success", servers: [{ error, roundtrip: "1ms" }] });
const timeout = new UnreachableError("here", "timed out");
const member = { host: "a", container: "c1", engine: { ping: () => fake.ping() } } as unknown as TaskContainer;

beforeEach(() => {
  lines.length = fake.asked.length = 0;
  setLogSink((line) => void lines.push(line));
  Object.assign(fake, { ping: () => Promise.resolve(), members: () => Promise.resolve([member]) });
  return () => setLogSink((line) => console.log(line));
});

const MISSING = 'exec: "mc": executable file not found in $PATH';

test.each<[string, Record<string, string | Error>, string[]]>([
  ["that answers", { mc: pinged() }, []],
  [
    "whose name is unknown",
    { mc: pinged(`Get "${URL}/minio/health/live": dial tcp: lookup s3.example.com: no such host`) },
    ["dial tcp: lookup s3.example.com: no such host"],
  ],
  ["that does not answer in time", { mc: timeout }, ["no answer within 5 s"]],
  ["that only mcli can ask for", { mc: MISSING, mcli: pinged("refused") }, ["refused"]],
  [
    "that only mcli can ask for, by a newer engine",
    { mc: new EngineError(400, MISSING), mcli: pinged("refused") },
    ["refused"],
  ],
  ["that no client can ask for", { mc: MISSING, mcli: MISSING }, []],
  ["that an older client cannot ask for", { mc: "no such command" }, []],
  ["when the container is gone", { mc: new EngineError(409, "is not running") }, []],
])("a URL %s", async (_what, answers, reasons) => {
  fake.answers = answers;
  const { outs } = await ServerUrlCheck.create({ store: STORE, url: URL });
  expect(lines).toEqual(reasons.map(WARNING));
  expect(fake.asked[0]).toEqual(["c1", "mc", [`MC_HOST_server=${URL}`]]);
  expect(outs).toEqual({ store: STORE, url: URL });
});

test.each<[string, Partial<Fake>]>([
  ["no member runs", { members: () => Promise.resolve([]) }],
  ["no manager answers", { members: () => Promise.reject(timeout) }],
  ["the member's engine does not answer", { ping: () => Promise.reject(timeout) }],
])("nothing is asked if %s", async (_what, state) => {
  Object.assign(fake, state);
  await ServerUrlCheck.create({ store: STORE, url: URL });
  expect([lines, fake.asked]).toEqual([[], []]);
});

test("only another URL is asked for again", async () => {
  const diff = async (news: object) =>
    (await ServerUrlCheck.diff("x", { store: STORE, url: URL }, { store: STORE, url: URL, ...news })).changes;
  expect(await diff({ store: { ...STORE, serviceIds: { main: "other" } } })).toBe(false);
  expect(await diff({ url: "https://other.example.com" })).toBe(true);
});
