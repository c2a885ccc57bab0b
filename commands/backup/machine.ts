import type { EngineConnection } from "../../components/engine/connection.ts";
import { Engine } from "../../components/engine/engine.ts";
import { hasShell, runScript } from "../../components/engine/shell.ts";
import { quoted } from "../../components/shared/shell-text.ts";

/** How an engine is stopped and started on its machine: two commands for the POSIX shell, run as root. */
export interface EngineControl {
  stop: string;
  start: string;
}

/** As distributions have it. The socket would start the engine again. */
const SERVICE: EngineControl = {
  stop: [
    "if [ -d /run/systemd/system ]",
    "then systemctl stop docker.socket 2>/dev/null || true; systemctl stop docker.service",
    "else service docker stop; fi",
  ].join("; "),
  start: "if [ -d /run/systemd/system ]; then systemctl start docker.service; else service docker start; fi",
};

/** How long copying may take, and how long an engine may take to start, in milliseconds. */
const COPY_MS = 300_000;
const START_MS = 120_000;

/**
 * The Swarm's state as a manager's machine has it: the archive (tar, gzip) of the folder `swarm` in the Docker root.
 * The engine is stopped meanwhile, as Docker asks for, and with it the machine's containers.
 */
export async function readSwarmState(connection: EngineConnection, control = SERVICE): Promise<Buffer> {
  const root = await dockerRoot(connection);
  const encoded = await rootScript(connection, control, [
    "copy=$(mktemp); trap 'rm -f \"$copy\"; start_engine' EXIT",
    "stop_engine",
    `tar -czf "$copy" -C ${quoted(root)} swarm`,
    'base64 "$copy"',
  ]);
  await untilAnswering(connection);
  return Buffer.from(encoded, "base64");
}

/** Puts such an archive in place of a machine's own state of a Swarm, which stays beside it under another name. */
export async function writeSwarmState(
  connection: EngineConnection,
  archive: Buffer,
  control = SERVICE,
): Promise<{ former: string }> {
  const root = await dockerRoot(connection);
  const folder = quoted(`${root}/swarm`);
  const former = `${root}/swarm.before-${new Date().toISOString().replace(/\W/g, "")}`;
  await rootScript(
    connection,
    control,
    [
      "copy=$(mktemp); trap 'rm -f \"$copy\"' EXIT",
      'base64 -d > "$copy"',
      'tar -tzf "$copy" swarm/docker-state.json > /dev/null',
      "trap 'rm -f \"$copy\"; start_engine' EXIT",
      "stop_engine",
      `if [ -e ${folder} ]; then mv ${folder} ${quoted(former)}; fi`,
      `tar -xzf "$copy" -C ${quoted(root)}`,
    ],
    archive.toString("base64"),
  );
  await untilAnswering(connection);
  return { former };
}

/** Runs commands as root, one after another until one fails. */
async function rootScript(
  connection: EngineConnection,
  { stop, start }: EngineControl,
  commands: string[],
  input?: string,
): Promise<string> {
  const work = ["set -eu", "umask 077", `stop_engine() { ${stop}; }`, `start_engine() { ${start}; }`, ...commands].join(
    "\n",
  );
  const script = `if [ "$(id -u)" = 0 ]; then exec sh -c ${quoted(work)}; else exec sudo -n sh -c ${quoted(work)}; fi`;
  const { exitCode, stdout, stderr } = await runScript(connection, script, { input, timeoutMs: COPY_MS });
  if (exitCode === 0) return stdout;
  const said = stderr.trim().split("\n").slice(-1)[0] || `the script ended with ${exitCode}`;
  throw new Error(`machine of ${connection.host}: ${said}`);
}

/** Where the engine keeps what is its own. */
async function dockerRoot(connection: EngineConnection): Promise<string> {
  if (!hasShell(connection)) {
    throw new Error(
      `engine ${connection.host}: its machine's files are out of reach; only that of a ssh:// engine can be`,
    );
  }
  return (await new Engine(connection).request<{ DockerRootDir: string }>("GET", "/info")).DockerRootDir;
}

async function untilAnswering(connection: EngineConnection): Promise<void> {
  const engine = new Engine(connection);
  for (const end = Date.now() + START_MS; ; await new Promise((done) => setTimeout(done, 500))) {
    try {
      const { Swarm } = await engine.info(5_000);
      if (Swarm.LocalNodeState !== "pending") return;
    } catch (error) {
      if (Date.now() > end) throw error;
    }
    if (Date.now() > end) throw new Error(`engine ${connection.host}: its Swarm node does not start`);
  }
}
