import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { rootCertificates } from "node:tls";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { firstReachableManager } from "../../../components/swarm/reachable-manager.ts";
import { cancelAll, CancelledError, cutOff } from "../../../engine/cancellation.ts";
import { Engine } from "../../../engine/engine.ts";
import { exec, execWithInput } from "../../../engine/exec.ts";
import { pause } from "../../../engine/pause.ts";
import { findRegistryLogin } from "../../../engine/registry-login.ts";
import { runRemoteScript } from "../../../engine/ssh-shell.ts";
import { runLocalScript } from "../../../engine/this-machine.ts";
import { readLocalFacts } from "../../../provider/preflight/facts/local.ts";
import { pending, waitFor } from "../../../provider/runtime/poll.ts";
import { isAlive } from "../../../toolchain/lock.mjs";

/** Milliseconds within which work must end after Ctrl-C. */
const LIMIT_MS = 2_000;

const folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-cancel-"));
const pids = join(folder, "pids");

/** Connects to nothing, as to a machine that does not answer, through a proxy command that connects as well. */
const SILENT_SSH = `#!/bin/sh
sleep 300 &
echo "$$ $!" >> ${pids}
wait
`;
const SILENT_PROGRAM = `#!/bin/sh\necho $$ >> ${pids}.others\nexec sleep 300\n`;

/** Accepts connections, and never answers. */
let silent: Server;
/** An engine in which a command starts, and neither prints nor ends. */
let engine: HttpServer;

/** Work in progress when the run is cancelled, by the place in which it waits. */
const WORK: Record<string, () => Promise<unknown>> = {
  "a request to a socket": () => new Engine({ host: `unix://${join(folder, "silent.sock")}` }).info(),
  "a request over TCP": () => new Engine(tcp()).info(),
  "a TLS handshake": () => new Engine({ ...tcp(), ca: rootCertificates[0]! }).info(),
  "a request through ssh that is connecting": () => new Engine({ host: "ssh://one.example" }).info(),
  "a request that waits for one of the ssh connections": async () => {
    const many = Array.from({ length: 6 }, () => new Engine({ host: "ssh://two.example" }).info());
    await Promise.all(many.map((one) => one.catch(() => undefined)));
    return many.at(-1);
  },
  "a script through ssh": () => runRemoteScript({ host: "ssh://three.example" }, "true"),
  "a command in a container": () => exec(new Engine(working()), "container", ["wait"]),
  "a command in a container with input": () => execWithInput(new Engine(working()), "container", ["wait"], "text"),
  "a script on this machine": () => runLocalScript("exec sleep 300"),
  "the facts of this machine": () => readLocalFacts([folder]),
  "a credential helper": () =>
    findRegistryLogin("registry.example", {
      env: { ...process.env, DOCKER_CONFIG: folder },
      home: folder,
      platform: "linux",
    }),
  "the choice of the manager for the docker provider": () =>
    firstReachableManager([tcp(), { host: "ssh://four.example" }], undefined),
  "a pause between attempts": () => pause(300_000).then(() => cutOff().throwIfAborted()),
  "a wait with a long interval": () =>
    waitFor(
      async () => pending("…"),
      { subject: "x", timeoutSeconds: 300, intervalMs: 300_000 },
      () => new Error("late"),
    ),
  "a wait whose attempt does not end": () =>
    waitFor(
      async () => pending(JSON.stringify(await new Engine(tcp()).info())),
      { subject: "x", timeoutSeconds: 300 },
      () => new Error("late"),
    ),
};

const tcp = () => ({ host: `tcp://127.0.0.1:${(silent.address() as AddressInfo).port}` });
const working = () => ({ host: `unix://${join(folder, "engine.sock")}` });

/** How each work ended. */
let cancelledAt = Infinity;
const ended = new Map<string, { ms: number; error: unknown }>();

beforeAll(async () => {
  for (const [name, script] of Object.entries({
    ssh: SILENT_SSH,
    "docker-credential-silent": SILENT_PROGRAM,
    stat: SILENT_PROGRAM,
  }))
    writeFileSync(join(folder, name), script, { mode: 0o755 });
  writeFileSync(join(folder, "config.json"), JSON.stringify({ credsStore: "silent" }));
  vi.stubEnv("PATH", `${folder}${delimiter}${process.env["PATH"]}`);
  silent = createServer(() => undefined);
  const silentSocket = createServer(() => undefined);
  engine = createHttpServer((request, response) => {
    if (request.url?.endsWith("/start")) response.writeHead(200).flushHeaders();
    else response.end(JSON.stringify({ Id: "command" }));
  });
  engine.on("upgrade", (_request, socket) =>
    socket.write("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"),
  );
  await Promise.all([
    new Promise<void>((done) => silent.listen(0, "127.0.0.1", done)),
    new Promise<void>((done) => silentSocket.listen(join(folder, "silent.sock"), done)),
    new Promise<void>((done) => engine.listen(join(folder, "engine.sock"), done)),
  ]);
  silentSocket.unref();
  const all = Object.entries(WORK).map(async ([name, start]) => {
    const error: unknown = await start().then(
      () => undefined,
      (failure: unknown) => failure,
    );
    ended.set(name, { ms: performance.now() - cancelledAt, error });
  });
  await new Promise((done) => setTimeout(done, 700));
  expect([...ended.keys()]).toEqual([]);
  cancelledAt = performance.now();
  cancelAll();
  await Promise.race([Promise.all(all), new Promise((done) => setTimeout(done, LIMIT_MS + 500))]);
});
afterAll(() => {
  vi.unstubAllEnvs();
  for (const pid of [...processes(), ...processes(`${pids}.others`)]) if (isAlive(pid)) process.kill(pid, "SIGKILL");
  silent.close();
  engine.closeAllConnections();
  engine.close();
  rmSync(folder, { recursive: true });
});

const processes = (file = pids) => readFileSync(file, "utf8").trim().split(/\s+/).map(Number);

describe("within 2 s of Ctrl-C, there is an end to", () => {
  test.each(Object.keys(WORK))("%s", (name) => {
    expect(ended.get(name)?.ms).toBeLessThan(LIMIT_MS);
  });
});

test("a request that was cancelled names its engine", () => {
  const { error } = ended.get("a request to a socket")!;
  expect(error).toBeInstanceOf(CancelledError);
  expect((error as Error).message).toBe(
    `cancelled before Docker Engine at unix://${join(folder, "silent.sock")} answered`,
  );
});

test("no ssh is left, and none of its proxy commands", async () => {
  expect(processes().length).toBeGreaterThan(10);
  await vi.waitFor(() => expect(processes().filter((pid) => isAlive(pid))).toEqual([]), { timeout: 2_000 });
});

test("no request starts after the others were ended", async () => {
  await expect(new Engine(working()).info()).rejects.toBeInstanceOf(CancelledError);
  const before = processes().length;
  await expect(runRemoteScript({ host: "ssh://five.example" }, "true")).rejects.toBeInstanceOf(CancelledError);
  await expect(new Engine({ host: "ssh://five.example" }).info()).rejects.toBeInstanceOf(CancelledError);
  expect(processes()).toHaveLength(before);
});
