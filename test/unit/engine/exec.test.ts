import { createServer, type RequestListener, type Server } from "node:http";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { exec, execWithInput, hijack } from "../../../engine/exec.ts";
import { Engine } from "../../../engine/engine.ts";
import { EngineError, UnreachableError } from "../../../engine/transport.ts";
import { StaleLockTracker } from "../../../provider/service/stale-locks.ts";
import type { TaskDetails } from "../../../engine/types.ts";

/** The engine's successive reports on a command; the last one repeats. */
let inspections: { Running: boolean; ExitCode: number | null }[];
/** How the engine starts a command. */
let start: RequestListener;
let server: Server;
let folder: string;

const frame = (text: string) => {
  const head = Buffer.alloc(8);
  head.writeUInt8(1);
  head.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([head, Buffer.from(text)]);
};
const RUNNING = { Running: true, ExitCode: null };

beforeEach(async () => {
  inspections = [{ Running: false, ExitCode: 0 }];
  start = (_request, response) => response.end(frame("said\n"));
  folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-exec-"));
  server = createServer((request, response) => {
    const url = request.url ?? "";
    if (url.endsWith("/start")) return start(request, response);
    if (url.endsWith("/exec")) return response.end(JSON.stringify({ Id: "command" }));
    if (url.startsWith("/exec/")) {
      const [now] = inspections;
      if (inspections.length > 1) inspections.shift();
      return response.end(JSON.stringify(now));
    }
    const State = { StartedAt: "2026-11-30T12:00:00Z" };
    return response.end(JSON.stringify({ Config: { Hostname: "store-a" }, State }));
  });
  server.on("upgrade", (_request, socket) => {
    socket.write("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
    socket.resume().end(frame("said\n"));
  });
  await new Promise<void>((listening) => server.listen(join(folder, "engine.sock"), listening));
});
afterEach(() => {
  vi.useRealTimers();
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

const engine = () => new Engine({ host: `unix://${join(folder, "engine.sock")}` });

test.each([0, 1, 137])("polls until the engine knows the exit code %j", async (ExitCode) => {
  inspections = [RUNNING, RUNNING, { Running: true, ExitCode }, { Running: false, ExitCode }];
  expect(await exec(engine(), "container", ["mc"])).toMatchObject({ exitCode: ExitCode, stdout: "said\n" });
  inspections = [RUNNING, { Running: false, ExitCode }];
  expect(await execWithInput(engine(), "container", ["mc"], "")).toMatchObject({ exitCode: ExitCode });
});

test("waits for locks when the engine reports the exit code late", async () => {
  const lock = { id: "1", resource: "bucket/object", owner: "store-a:9000", time: "2026-11-30T11:00:00Z" };
  start = (_request, response) => response.end(frame(JSON.stringify(lock)));
  inspections = [RUNNING, { Running: false, ExitCode: 0 }];
  const locks = new StaleLockTracker(
    { command: ["locks"], expirySeconds: 130 },
    { a: { nodeId: "a", connection: engine().connection } },
  );
  const task = { ID: "t", NodeID: "a", Status: { ContainerStatus: { ContainerID: "container" } } } as TaskDetails;
  expect(await locks.canStop([task])).toEqual({ done: true, value: undefined });
  locks.recordStop();
  expect(await locks.canStop([task])).toMatchObject({ done: false });
});

/** Returns the error of a command that takes too long, in fake time. */
async function late(work: Promise<unknown>): Promise<unknown> {
  let ended: unknown;
  work.catch((error: unknown) => (ended = error));
  while (ended === undefined) await vi.advanceTimersByTimeAsync(1_000);
  return ended;
}

test("stops waiting for an engine that does not start a command", async () => {
  vi.useFakeTimers({ toFake: ["performance", "setTimeout", "clearTimeout"] });
  server.removeAllListeners("upgrade").on("upgrade", () => undefined);
  const error = await late(execWithInput(engine(), "container", ["mc"], "", 5_000));
  expect(error).toBeInstanceOf(UnreachableError);
  expect(String(error)).toMatch(/no answer within [\d.]+ s/);
  expect(await late(hijack(engine().connection, "/exec/command/start", {}))).toBeInstanceOf(UnreachableError);
});

test.each([
  ["", "/exec/command/start answered 500"],
  ['{"message":"OCI runtime exec failed"}', "OCI runtime exec failed"],
])("reports an error when an engine refuses to start a command with %j", async (body, said) => {
  // Without a listener for upgrades, the server handles the request like any other.
  server.removeAllListeners("upgrade");
  start = (_request, response) => response.writeHead(500).end(body);
  const started = hijack(engine().connection, "/exec/command/start", {});
  await expect(started).rejects.toThrow(`the engine does not start the command: ${said}`);
  await expect(started).rejects.toBeInstanceOf(EngineError);
});
