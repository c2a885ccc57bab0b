import { createServer, type Server, type ServerResponse } from "node:http";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Engine } from "../../components/engine/engine.ts";

/** Connects its input and output to the engine's socket, as `docker system dial-stdio` does at the other end of ssh. */
const FAKE_SSH = `#!${process.execPath}
const socket = require("node:net").connect(process.env.FAKE_ENGINE);
process.stdin.pipe(socket).pipe(process.stdout);
`;

let folder: string;
let server: Server;
/** Requests that are held back until the test lets them go. */
let held: ServerResponse[];
let hold: (url: string) => boolean;
let heldEnough: (count: number) => Promise<void>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-ssh-"));
  writeFileSync(join(folder, "ssh"), FAKE_SSH);
  chmodSync(join(folder, "ssh"), 0o755);
  vi.stubEnv("PATH", `${folder}${delimiter}${process.env["PATH"]}`);
  vi.stubEnv("FAKE_ENGINE", join(folder, "engine.sock"));
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
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

const release = () => {
  for (const response of held) response.end();
};

test("commands that wait in containers keep no other call waiting", async () => {
  hold = (url) => url.endsWith("/start");
  const engine = new Engine({ host: "ssh://one.example" });
  const commands = Array.from({ length: 6 }, () => engine.exec("container", ["wait"]));
  await heldEnough(6);
  expect(await engine.info()).toEqual({ Id: "command" });
  release();
  expect((await Promise.all(commands)).map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0, 0, 0]);
});

test("a call that waits for a connection is given up when its time is over", async () => {
  hold = (url) => url === "/networks";
  const engine = new Engine({ host: "ssh://two.example" });
  const calls = Array.from({ length: 4 }, () => engine.networks().catch(() => undefined));
  await heldEnough(4);
  // All connections are in use, and stay so until this has been given up.
  await expect(engine.info(50)).rejects.toThrow("no answer within 0.1 s");
  hold = () => false;
  release();
  await Promise.all(calls);
  expect(await engine.info()).toEqual({ Id: "command" });
});
