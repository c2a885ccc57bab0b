import { createServer, type Server, type ServerResponse } from "node:http";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Engine } from "../../../engine/engine.ts";
import { exec } from "../../../engine/exec.ts";
import { sshAgent } from "../../../engine/ssh.ts";

/** Connects standard input and output to the engine's socket, like `docker system dial-stdio`. */
const FAKE_SSH = `#!${process.execPath}
require("node:fs").appendFileSync(process.env.FAKE_STARTS, "one\\n");
if (process.env.FAKE_PROBLEM) {
  process.stderr.write(process.env.FAKE_PROBLEM);
  process.exit(255);
}
const socket = require("node:net").connect(process.env.FAKE_ENGINE);
process.stdin.pipe(socket).pipe(process.stdout);
socket.on("close", () => process.exit(0));
`;

let folder: string;
let server: Server;
/** Requests that wait until the test releases them. */
let held: ServerResponse[];
let hold: (url: string) => boolean;
let heldEnough: (count: number) => Promise<void>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-ssh-"));
  writeFileSync(join(folder, "ssh"), FAKE_SSH);
  chmodSync(join(folder, "ssh"), 0o755);
  vi.stubEnv("PATH", `${folder}${delimiter}${process.env["PATH"]}`);
  vi.stubEnv("FAKE_ENGINE", join(folder, "engine.sock"));
  vi.stubEnv("FAKE_STARTS", join(folder, "starts"));
  held = [];
  let isHeld = () => {};
  heldEnough = async (count) => {
    while (held.length < count) await new Promise<void>((next) => (isHeld = next));
  };
  server = createServer((request, response) => {
    const url = request.url ?? "";
    if (hold(url)) {
      held.push(response);
      return isHeld();
    }
    return response.end(JSON.stringify(url.endsWith("/json") ? { Running: false, ExitCode: 0 } : { Id: "command" }));
  });
  await new Promise<void>((listening) => server.listen(join(folder, "engine.sock"), listening));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

/** Returns how often ssh was started. */
const starts = () => readFileSync(join(folder, "starts"), "utf8").split("\n").length - 1;
/** Returns the engine's current connections. */
const connections = () => new Promise<number>((done) => server.getConnections((_error, count) => done(count)));

const release = () => {
  for (const response of held) response.end();
};

test("waiting commands in containers do not delay other calls", async () => {
  hold = (url) => url.endsWith("/start");
  const engine = new Engine({ host: "ssh://one.example" });
  const commands = Array.from({ length: 6 }, () => exec(engine, "container", ["wait"]));
  await heldEnough(6);
  expect(await engine.info()).toEqual({ Id: "command" });
  release();
  expect((await Promise.all(commands)).map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0, 0, 0]);
});

test("a call that waits for a connection times out", async () => {
  hold = (url) => url === "/networks";
  const engine = new Engine({ host: "ssh://two.example" });
  const calls = Array.from({ length: 4 }, () => engine.listNetworks().catch(() => undefined));
  await heldEnough(4);
  // All connections stay in use until the call has timed out.
  await expect(engine.info(50)).rejects.toThrow("no answer within 0.1 s");
  hold = () => false;
  release();
  await Promise.all(calls);
  expect(await engine.info()).toEqual({ Id: "command" });
});

test("reuses a connection for the next request", async () => {
  hold = () => false;
  const engine = new Engine({ host: "ssh://three.example" });
  for (let request = 0; request < 5; request += 1) await engine.info();
  expect(starts()).toBe(1);
});

test("negotiates the API version once, on the connection of the calls", async () => {
  hold = () => false;
  const asked: string[] = [];
  server.prependListener("request", ({ url = "" }, response) => {
    asked.push(url);
    response.setHeader("api-version", "1.45");
  });
  const engine = new Engine({ host: "ssh://versions.example" });
  await engine.info();
  await engine.listNodes();
  expect(asked).toEqual(["/_ping", "/v1.45/info", "/v1.45/nodes"]);
  expect(starts()).toBe(1);
});

test("shares a connection only among requests to the same engine with the same options", async () => {
  hold = () => false;
  const host = "ssh://four.example";
  await new Engine({ host }).info();
  await new Engine({ host }).info();
  expect(starts()).toBe(1);
  await new Engine({ host, sshOptions: ["-i", "/key"] }).info();
  expect(starts()).toBe(2);
});

test("opens at most four connections; further calls wait", async () => {
  hold = () => true;
  const engine = new Engine({ host: "ssh://five.example" });
  const calls = Array.from({ length: 9 }, () => engine.info());
  await heldEnough(4);
  hold = () => false;
  for (const response of held) response.end(JSON.stringify({ Id: "command" }));
  expect(await Promise.all(calls)).toEqual(Array(9).fill({ Id: "command" }));
  expect(starts()).toBe(4);
});

test("closes a connection after 10 s without requests", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  hold = () => false;
  const engine = new Engine({ host: "ssh://six.example" });
  for (let request = 0; request < 3; request += 1) {
    await engine.info();
    vi.advanceTimersByTime(9_000);
  }
  expect(starts()).toBe(1);
  vi.advanceTimersByTime(1_000);
  await vi.waitFor(async () => expect(await connections()).toBe(0), { timeout: 10_000 });
  await engine.info();
  expect(starts()).toBe(2);
});

test("opens a new connection after the engine has closed one", async () => {
  hold = () => false;
  const engine = new Engine({ host: "ssh://seven.example" });
  await engine.info();
  server.closeAllConnections();
  // ssh exits shortly after its connection ends, and is then no longer reused.
  const kept = () => Object.values(sshAgent(engine.connection).freeSockets).flat();
  await vi.waitFor(() => expect(kept()).toEqual([]), { timeout: 10_000 });
  expect(await engine.info()).toEqual({ Id: "command" });
  expect(starts()).toBe(2);
});

test("fails only the request whose connection ends", async () => {
  hold = () => true;
  const engine = new Engine({ host: "ssh://eight.example" });
  const call = engine.info();
  await heldEnough(1);
  hold = () => false;
  server.closeAllConnections();
  await expect(call).rejects.toThrow("Docker Engine at ssh://eight.example does not answer");
  expect(await engine.info()).toEqual({ Id: "command" });
});

test("reports ssh's error when it cannot connect, and retries with the next request", async () => {
  hold = () => false;
  vi.stubEnv("FAKE_PROBLEM", "root@nine.example: Permission denied (publickey).");
  const engine = new Engine({ host: "ssh://nine.example" });
  await expect(engine.info()).rejects.toMatchObject({ name: "UnreachableError", kind: "login" });
  vi.stubEnv("FAKE_PROBLEM", "");
  expect(await engine.info()).toEqual({ Id: "command" });
  expect(starts()).toBe(2);
});
