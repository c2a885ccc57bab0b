import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { TaskDetails } from "../../../../engine/types.ts";
import { type TaskProbeOptions, TaskProbe } from "../../../../provider/service/task-probe.ts";

/** By container: whether it says yes, and after how many milliseconds of a faked clock. */
let says: Record<string, boolean>;
let takes: Record<string, number>;
let asked: string[];
let busy = Promise.resolve();

/** An engine on which commands run in containers and print nothing. Its clock is a year off. */
const engine = http.createServer((request, response) => {
  const [, , name = ""] = (request.url ?? "").split(/[/?]/);
  const answer = (body: unknown) => {
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  };
  if (request.url === "/info") return answer({ SystemTime: "2027-01-01T00:01:00Z" });
  if (request.url?.startsWith("/containers/")) {
    asked.push(name);
    return answer({ Id: name });
  }
  if (request.method === "POST") return response.writeHead(200).end();
  // One after the other: each answer is heard before the clock goes on for the next.
  busy = busy.then(async () => {
    const ms = takes[name];
    if (ms !== undefined) vi.advanceTimersByTime(ms);
    answer({ ExitCode: says[name] ? 0 : 1 });
    for (let turn = 0; turn < 20; turn++) await new Promise((done) => setImmediate(done));
  });
  return undefined;
});
beforeAll(() => new Promise<void>((done) => engine.listen(0, "127.0.0.1", done)));
afterAll(() => new Promise((done) => engine.close(done)));
beforeEach(() => {
  says = { a: true, b: true };
  takes = {};
  asked = [];
});
afterEach(() => vi.useRealTimers());

/** A task that has run for so many seconds. */
const task = (name: string, seconds = 60) =>
  ({
    ID: name,
    NodeID: name,
    Status: {
      State: "running",
      Timestamp: new Date(Date.parse("2027-01-01T00:01:00Z") - seconds * 1_000).toISOString(),
      ContainerStatus: { ContainerID: name },
    },
  }) as TaskDetails;

function question(options: Partial<TaskProbeOptions> = {}): TaskProbe {
  const { port } = engine.address() as AddressInfo;
  const here = { host: `tcp://127.0.0.1:${port}` };
  const nodes = {
    one: { nodeId: "a", connection: here },
    two: { nodeId: "b", connection: here },
    gone: { nodeId: "c", connection: { host: "unix:///nowhere/docker.sock" } },
  };
  return new TaskProbe({ command: ["ready"], nodes, failureMessage: "it does not work yet", ...options });
}

test("every task is asked, and those that say no are named", async () => {
  says["b"] = false;
  const all = question();
  const tasks = [task("a"), task("b")];
  expect(await all.poll(tasks, 1_000)).toEqual({
    done: false,
    reason: "it does not work yet (two: ready ended with 1)",
  });
  expect(asked.toSorted()).toEqual(["a", "b"]);
  says["b"] = true;
  expect((await all.poll(tasks, 1_000)).done).toBe(true);
});

test("a task that has just started must go on saying yes, and is left in peace meanwhile", async () => {
  const all = question({ minReadySeconds: 20 });
  const tasks = [task("a"), task("b", 1)];
  const held = { done: false, reason: "all its tasks say yes; they must for 20 s (minReadySeconds)" };
  expect(await all.poll(tasks, 1_000)).toEqual(held);
  expect(await all.poll(tasks, 1_000)).toEqual(held);
  expect(asked.toSorted()).toEqual(["a", "b"]);
});

test("tasks that have run for long are not waited for", async () => {
  expect((await question({ minReadySeconds: 20 }).poll([task("a"), task("b")], 1_000)).done).toBe(true);
});

test("where no answer is fresh when the last one comes, answers count for longer, and there is an end", async () => {
  // Time goes by in answers alone: the question's own pauses are never over.
  vi.useFakeTimers({ toFake: ["performance"] });
  takes = { a: 15_000, b: 45_000 };
  const all = question({ maxAgeMs: 5_000 });
  const end = performance.now() + 3_600_000;
  let isDone = false;
  while (!isDone && performance.now() < end) isDone = (await all.poll([task("a"), task("b")], 100_000)).done;
  expect(isDone).toBe(true);
});

test("one that said no begins anew, however long it has run", async () => {
  says["a"] = false;
  const all = question({ minReadySeconds: 20 });
  expect((await all.poll([task("a")], 1_000)).done).toBe(false);
  says["a"] = true;
  expect(await all.poll([task("a")], 1_000)).toMatchObject({ reason: expect.stringContaining("must for 20 s") });
});

test("a host that cannot be reached is a no, or left out while another one answers", async () => {
  const tasks = [task("a"), task("c")];
  expect(await question().poll(tasks, 1_000)).toMatchObject({ reason: expect.stringContaining("gone: ") });
  const left: string[] = [];
  const skipUnreachable = (host: string) => left.push(host);
  const all = question({ skipUnreachable });
  expect((await all.poll(tasks, 1_000)).done).toBe(true);
  expect((await all.poll(tasks, 1_000)).done).toBe(true);
  expect(left).toEqual(["gone"]);
  expect(await question({ skipUnreachable }).poll([task("c")], 1_000)).toMatchObject({ done: false });
});
