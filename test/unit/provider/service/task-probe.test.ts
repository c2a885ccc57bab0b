import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { TaskDetails } from "../../../../engine/types.ts";
import { type TaskProbeOptions, TaskProbe } from "../../../../provider/service/task-probe.ts";

/** By container: whether the command succeeds, and after how many milliseconds of a fake clock. */
let succeeds: Record<string, boolean>;
let takes: Record<string, number>;
let probed: string[];
let busy = Promise.resolve();

/** An engine on which commands run in containers and print nothing. Its clock is a year off. */
const engine = http.createServer((request, response) => {
  const [, , name = ""] = (request.url ?? "").split(/[/?]/);
  const answer = (body: unknown) => {
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  };
  if (request.url === "/info") return answer({ SystemTime: "2027-01-01T00:01:00Z" });
  if (request.url?.startsWith("/containers/")) {
    probed.push(name);
    return answer({ Id: name });
  }
  if (request.method === "POST") return response.writeHead(200).end();
  // One after the other: each result is handled before the clock advances for the next.
  busy = busy.then(async () => {
    const ms = takes[name];
    if (ms !== undefined) vi.advanceTimersByTime(ms);
    answer({ ExitCode: succeeds[name] ? 0 : 1 });
    for (let turn = 0; turn < 20; turn++) await new Promise((done) => setImmediate(done));
  });
  return undefined;
});
beforeAll(() => new Promise<void>((done) => engine.listen(0, "127.0.0.1", done)));
afterAll(() => new Promise((done) => engine.close(done)));
beforeEach(() => {
  succeeds = { a: true, b: true };
  takes = {};
  probed = [];
});
afterEach(() => vi.useRealTimers());

/** A task with this uptime. */
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

function createProbe(options: Partial<TaskProbeOptions> = {}): TaskProbe {
  const { port } = engine.address() as AddressInfo;
  const here = { host: `tcp://127.0.0.1:${port}` };
  const nodes = {
    one: { nodeId: "a", connection: here },
    two: { nodeId: "b", connection: here },
    gone: { nodeId: "c", connection: { host: "unix:///nowhere/docker.sock" } },
  };
  return new TaskProbe({ command: ["ready"], nodes, failureMessage: "it does not work yet", ...options });
}

test("probes every task and names those that fail", async () => {
  succeeds["b"] = false;
  const all = createProbe();
  const tasks = [task("a"), task("b")];
  expect(await all.poll(tasks, 1_000)).toEqual({
    done: false,
    reason: "it does not work yet (two: ready ended with 1)",
  });
  expect(probed.toSorted()).toEqual(["a", "b"]);
  succeeds["b"] = true;
  expect((await all.poll(tasks, 1_000)).done).toBe(true);
});

test("requires a task that has just started to stay ready, and does not probe it meanwhile", async () => {
  const all = createProbe({ minReadySeconds: 20 });
  const tasks = [task("a"), task("b", 1)];
  const held = { done: false, reason: "all its tasks are ready; they must stay so for 20 s (minReadySeconds)" };
  expect(await all.poll(tasks, 1_000)).toEqual(held);
  expect(await all.poll(tasks, 1_000)).toEqual(held);
  expect(probed.toSorted()).toEqual(["a", "b"]);
});

test("does not wait for tasks that have run for long", async () => {
  expect((await createProbe({ minReadySeconds: 20 }).poll([task("a"), task("b")], 1_000)).done).toBe(true);
});

test("extends the validity of results until those of all tasks fit in", async () => {
  // Only commands take time on the fake clock: the probe's own pauses never end.
  vi.useFakeTimers({ toFake: ["performance"] });
  takes = { a: 15_000, b: 45_000 };
  const all = createProbe({ maxAgeMs: 5_000 });
  const end = performance.now() + 3_600_000;
  let isDone = false;
  while (!isDone && performance.now() < end) isDone = (await all.poll([task("a"), task("b")], 100_000)).done;
  expect(isDone).toBe(true);
});

test("requires a task that failed to stay ready, however long it has run", async () => {
  succeeds["a"] = false;
  const all = createProbe({ minReadySeconds: 20 });
  expect((await all.poll([task("a")], 1_000)).done).toBe(false);
  succeeds["a"] = true;
  expect(await all.poll([task("a")], 1_000)).toMatchObject({
    reason: expect.stringContaining("must stay so for 20 s"),
  });
});

test("counts an unreachable host as failing, or skips it while another one is reachable", async () => {
  const tasks = [task("a"), task("c")];
  expect(await createProbe().poll(tasks, 1_000)).toMatchObject({ reason: expect.stringContaining("gone: ") });
  const skipped: string[] = [];
  const skipUnreachable = (host: string) => skipped.push(host);
  const all = createProbe({ skipUnreachable });
  expect((await all.poll(tasks, 1_000)).done).toBe(true);
  expect((await all.poll(tasks, 1_000)).done).toBe(true);
  expect(skipped).toEqual(["gone"]);
  expect(await createProbe({ skipUnreachable }).poll([task("c")], 1_000)).toMatchObject({ done: false });
});
