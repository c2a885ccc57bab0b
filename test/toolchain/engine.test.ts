import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ROOT } from "../../toolchain/cache.ts";
import { canRun } from "../../toolchain/run.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-engine-"));
  for (const name of ["docker", "log"]) mkdirSync(join(folder, name));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/**
 * Runs on a machine without an engine: it has its own network, sockets, log and data, and no systemd. The previous
 * engine lost power, and its process ids now belong to other processes.
 */
const MACHINE = `
set -e
mount -t tmpfs tmpfs /run
mount --bind "$FOLDER/docker" /var/lib/docker
mount --bind "$FOLDER/log" /var/log
ip link set lo up
mkdir -p /run/docker/containerd
for pid in docker.pid docker/containerd/containerd.pid; do echo $$ > /run/$pid; done
trap 'pid=$(cat /run/docker.pid) && kill $pid && while kill -0 $pid 2>/dev/null; do sleep 0.1; done' EXIT
start() { timeout 90 "$NODE" --input-type=module-typescript -e "$PROGRAM" 2>&1; }
start
echo "--- again"
start
echo "--- still there: $("$NODE" -e 'require("http").get({socketPath:"/run/docker.sock",path:"/_ping"},(r)=>console.log(r.resume().statusCode))')"
`;

const PROGRAM = `
import { ensureEngine } from ${JSON.stringify(join(ROOT, "toolchain", "docker-engine.ts"))};
const engine = await ensureEngine();
console.log("engine at", engine.connection.host);
`;

describe("a machine without a running engine", () => {
  it("starts one that outlives the command, only once", { timeout: 120_000 }, async (context) => {
    if (process.platform !== "linux" || process.getuid?.() !== 0) context.skip("needs root on Linux, for namespaces");
    if (!(await canRun("dockerd", ["--version"]))) context.skip("needs dockerd on PATH");
    const { DOCKER_HOST: _host, DOCKER_CONTEXT: _context, ...outer } = process.env;
    const env = { ...outer, FOLDER: folder, NODE: process.execPath, PROGRAM, XDG_CACHE_HOME: join(folder, "cache") };
    // The engine ends with the first process of the namespace, however that ends.
    const unshare = [
      "--pid",
      "--fork",
      "--kill-child",
      "--mount-proc",
      "--mount",
      "--net",
      "--propagation",
      "private",
      "bash",
      // From its standard input bash would conclude that it is a remote login, and read the user's start file.
      "--norc",
      "-c",
      MACHINE,
    ];
    const { stdout, stderr, status } = spawnSync("unshare", unshare, { env, encoding: "utf8" });
    expect(stderr).toBe("");
    expect(status).toBe(0);
    const [first, second] = stdout.split("--- again\n");
    expect(first).toMatch(/^No Docker Engine answers.*going to start it \(dockerd in the background, log in /);
    expect(first).toContain("engine at unix:///var/run/docker.sock");
    expect(second).toBe("engine at unix:///var/run/docker.sock\n--- still there: 200\n");
  });
});

describe("an engine that the user chose is not started, and the error names what chose it:", () => {
  it.each([
    [
      "the variable",
      { DOCKER_HOST: "unix:///nowhere/docker.sock" },
      PROGRAM,
      '(DOCKER_HOST "unix:///nowhere/docker.sock"): start it, or unset DOCKER_HOST',
    ],
    [
      "the setting",
      {},
      PROGRAM.replace("ensureEngine()", 'ensureEngine({ address: "unix:///nowhere/docker.sock" })'),
      '(pulumi-swarm:engine "unix:///nowhere/docker.sock"): start it, or choose another',
    ],
  ])("%s", (_, variables, program, message) => {
    const env = { ...process.env, ...variables, XDG_CACHE_HOME: join(folder, "cache") };
    const { stderr, status } = spawnSync(process.execPath, ["--input-type=module-typescript", "-e", program], {
      env,
      encoding: "utf8",
    });
    expect(status).not.toBe(0);
    expect(stderr).toContain(message);
  });
});
