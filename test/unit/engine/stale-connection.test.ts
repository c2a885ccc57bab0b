import { mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { send, UnreachableError } from "../../../engine/transport.ts";

const folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-stale-"));
const socket = join(folder, "docker.sock");
const connection = { host: `unix://${socket}` };

/** Requests for each connection, and their paths. */
let carried: Map<Socket, number>;
let asked: string[];

/** An engine that answers one request for each connection and closes it on the next, as if it had just restarted. */
const engine = http.createServer((request, response) => {
  const count = (carried.get(request.socket) ?? 0) + 1;
  carried.set(request.socket, count);
  if (!request.url?.endsWith("/_ping")) asked.push(`${request.method} ${request.url}`);
  if (request.url?.endsWith("/silent")) return;
  if (count > 1 && !request.url?.endsWith("/_ping")) request.socket.destroy();
  else response.setHeader("api-version", "1.51").end("{}");
});

beforeAll(() => new Promise<void>((done) => engine.listen(socket, done)));
afterAll(() => {
  engine.closeAllConnections();
  engine.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  carried = new Map();
  asked = [];
});

test("repeats a read on a new connection when the engine has closed the old one", async () => {
  expect((await send(connection, "GET", "/info")).toString()).toBe("{}");
  expect((await send(connection, "GET", "/info")).toString()).toBe("{}");
  expect(asked.length).toBeGreaterThan(2);
});

test("does not repeat a change, which the engine may have received", async () => {
  await send(connection, "GET", "/info");
  asked = [];
  await expect(send(connection, "POST", "/secrets/create", { body: {} })).rejects.toThrow(UnreachableError);
  expect(asked).toEqual(["POST /v1.51/secrets/create"]);
});

test("does not repeat a read that timed out: no one waits for its answer", async () => {
  const unhandled = vi.fn();
  process.on("unhandledRejection", unhandled);
  try {
    await send(connection, "GET", "/info");
    asked = [];
    const silent = send(connection, "GET", "/silent", { timeoutMs: 100 });
    await expect(silent).rejects.toThrow("no answer within");
    // A repeated read would fail a second later.
    await new Promise((done) => setTimeout(done, 1_300));
    expect([asked, unhandled.mock.calls]).toEqual([["GET /v1.51/silent"], []]);
  } finally {
    process.off("unhandledRejection", unhandled);
  }
});
