import { mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { send, UnreachableError } from "../../../engine/transport.ts";

const folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-stale-"));
const socket = join(folder, "docker.sock");
const connection = { host: `unix://${socket}` };

/** How many requests each connection carried, and what was asked. */
let carried: Map<Socket, number>;
let asked: string[];

/** An engine that answers one request a connection, and hangs up on the next one as if it had just restarted. */
const engine = http.createServer((request, response) => {
  const count = (carried.get(request.socket) ?? 0) + 1;
  carried.set(request.socket, count);
  if (!request.url?.endsWith("/_ping")) asked.push(`${request.method} ${request.url}`);
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

test("a question on a connection that the engine has closed is asked on another one", async () => {
  expect((await send(connection, "GET", "/info")).toString()).toBe("{}");
  expect((await send(connection, "GET", "/info")).toString()).toBe("{}");
  expect(asked.length).toBeGreaterThan(2);
});

test("a change is not made twice: the engine may have seen it", async () => {
  await send(connection, "GET", "/info");
  asked = [];
  await expect(send(connection, "POST", "/secrets/create", { body: {} })).rejects.toThrow(UnreachableError);
  expect(asked).toEqual(["POST /v1.51/secrets/create"]);
});
