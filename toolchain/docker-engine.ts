import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { resolveLocalEngine } from "../engine/connection.ts";
import { type EngineConnection } from "../engine/engine-connection.ts";
import { Engine } from "../engine/engine.ts";
import { UnreachableError } from "../engine/transport.ts";
import { enginePackage, type EnginePackage } from "../provider/hosts/engine-package.ts";
import { cacheRoot, withFileLock, readIfExists } from "./cache.ts";
import { progress, say } from "./progress.ts";
import { askOnTerminal } from "./prompt.ts";
import { canRun, run } from "./run.ts";

const PING_MS = 5_000;
/** Time for a fresh engine to answer, in milliseconds. */
const START_MS = 60_000;
/** The log of a dockerd without systemd. */
const LOG = "/var/log/pulumi-swarm-dockerd.log";

/**
 * Returns the Docker Engine of a local stack. Installs and starts this machine's if it does not answer.
 *
 * @param options.address the setting `pulumi-swarm:engine` @default - the engine that the docker CLI uses
 */
export async function ensureEngine(options: { yes?: boolean; address?: string } = {}): Promise<Engine> {
  const { address } = options;
  const connection = resolveLocalEngine(undefined, address);
  const engine = new Engine(connection);
  const problem = await findEngineProblem(engine);
  if (!problem) return engine;
  if (address !== undefined)
    throw new Error(`${problem} (pulumi-swarm:engine "${address}"): start it, or choose another`);
  assertManagedHere(connection, problem);
  mkdirSync(cacheRoot(), { recursive: true });
  return await withFileLock(join(cacheRoot(), ".engine.held"), async () => {
    if (await findEngineProblem(engine)) await installAndStart(engine, options.yes ?? false);
    return engine;
  });
}

/** Returns why the engine cannot be used; undefined if it answers. */
async function findEngineProblem(engine: Engine): Promise<string | undefined> {
  try {
    await engine.ping(PING_MS);
    await engine.info(PING_MS);
    return undefined;
  } catch (error) {
    if (error instanceof UnreachableError) return error.message;
    throw error;
  }
}

/** Throws unless the engine is behind the default socket on Linux: the user chose any other, and must start it. */
function assertManagedHere({ host }: EngineConnection, problem: string): void {
  if (process.env["DOCKER_HOST"]) throw new Error(`${problem} (DOCKER_HOST "${host}"): start it, or unset DOCKER_HOST`);
  if (host !== "unix:///var/run/docker.sock") {
    throw new Error(`${problem} (docker context): start it, or choose another with \`docker context use\``);
  }
  if (process.platform === "darwin") {
    throw new Error(`${problem} Install and start Docker Desktop, OrbStack or Colima, then run this again`);
  }
  if (process.platform !== "linux") throw new Error(`${problem} Install Docker Engine on Linux, or use WSL 2`);
  if (problem.includes("may not use the socket")) {
    throw new Error(`${problem} (\`sudo usermod -aG docker "$USER"\`)`);
  }
}

async function installAndStart(engine: Engine, yes: boolean): Promise<void> {
  const missing = await missingPackage();
  const as = rootPrefix();
  await confirmPlan(describePlan(missing), yes);
  if (missing) {
    await progress(`installing ${missing.packages.join(" ")} with ${missing.manager}`, async (report) => {
      for (const [command = "", ...args] of missing.commands) {
        await runAsRoot(as, command, args, (line) => report(line.slice(0, 60)));
      }
    });
  }
  if (await findEngineProblem(engine)) await startEngine(as);
  await progress("waiting for the Docker Engine", () => waitForEngine(engine));
  const { ServerVersion } = await engine.request<{ ServerVersion: string }>("GET", "/info");
  say(`Docker Engine ${ServerVersion} answers at ${engine.connection.host}`);
}

async function missingPackage(): Promise<EnginePackage | undefined> {
  if (await canRun("dockerd", ["--version"])) return undefined;
  const hasAppArmor = existsSync("/sys/kernel/security/apparmor");
  return enginePackage(readIfExists("/etc/os-release") ?? "", { hasAppArmor });
}

function describePlan(missing: EnginePackage | undefined): string {
  const install = missing && `install ${missing.packages.join(" ")} with ${missing.manager}, then `;
  return `No Docker Engine answers on this machine: going to ${install ?? ""}start it (${startedBy()}).`;
}

const hasSystemd = () => existsSync("/run/systemd/system");
const startedBy = () => (hasSystemd() ? "systemctl enable --now docker" : `dockerd in the background, log in ${LOG}`);

/** Asks for confirmation on a terminal. Without one, as in CI, running the command counts as confirmation. */
async function confirmPlan(text: string, yes: boolean): Promise<void> {
  say(text);
  if (yes || !process.stdin.isTTY || !process.stderr.isTTY) return;
  if (/^n/i.test(await askOnTerminal("Continue? [Y/n] ")))
    throw new Error("no Docker Engine: start one, or set DOCKER_HOST to one, and run this again");
}

/** Returns the command prefix that runs a command as root. */
function rootPrefix(): string[] {
  if (process.getuid?.() === 0) return [];
  return process.stdin.isTTY ? ["sudo"] : ["sudo", "-n"];
}

async function runAsRoot(
  as: string[],
  command: string,
  args: string[],
  onLine?: (line: string) => void,
): Promise<void> {
  const [program = "", ...rest] = [...as, command, ...args];
  await run(program, rest, { onLine, env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } });
}

/**
 * Starts an engine in its own session without a terminal, so that it survives Ctrl-C and the end of this command. Its
 * pid file prevents a second start. Removes stale pid files of dockerd and containerd, which may name other processes
 * after a power failure and would prevent the start. First applies the firewall rules for published ports, as the
 * systemd service does on other machines.
 */
const START_SCRIPT = `
forget() { [ "$(cat "/proc/$(cat "$1")/comm")" = "$2" ] || rm -f "$1"; } 2>/dev/null
forget /var/run/docker.pid dockerd
forget /var/run/docker/containerd/containerd.pid containerd
for rules in /etc/pulumi-swarm/firewall/*.sh; do [ ! -e "$rules" ] || sh "$rules"; done >>"$0" 2>&1
setsid dockerd >>"$0" 2>&1 </dev/null &
`;

/** Starts an engine that outlives this command. */
async function startEngine(as: string[]): Promise<void> {
  if (hasSystemd()) return runAsRoot(as, "systemctl", ["enable", "--now", "docker"]);
  await runAsRoot(as, "sh", ["-c", START_SCRIPT, LOG]);
}

async function waitForEngine(engine: Engine): Promise<void> {
  const end = Date.now() + START_MS;
  for (;;) {
    const problem = await findEngineProblem(engine);
    if (!problem) return;
    if (problem.includes("may not use the socket")) {
      throw new Error(
        `${problem} The engine runs now: \`sudo usermod -aG docker "$USER"\`, log in again, run this again`,
      );
    }
    if (Date.now() > end) throw new Error(`${problem}\n${startFailureDetails()}`);
    await new Promise((done) => setTimeout(done, 300));
  }
}

function startFailureDetails(): string {
  if (hasSystemd()) return "See `journalctl -u docker`.";
  if (!existsSync(LOG)) return `dockerd left no log at ${LOG}.`;
  const lines = readFileSync(LOG, "utf8").trimEnd().split("\n").slice(-8);
  return [`The end of ${LOG}:`, ...lines.map((line) => `  ${line}`)].join("\n");
}
