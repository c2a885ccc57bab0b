import { readFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { join } from "node:path";
import { sshTarget } from "./ssh-problem.ts";

/** How to reach a Docker Engine. Plain data: it travels through Pulumi's state to the resources' own process. */
export interface EngineConnection {
  /** `unix:///path/to.sock`, `tcp://address:port`, `ssh://[user@]host[:port]`; the same form as `DOCKER_HOST`. */
  host: string;
  /** Certificate authority of a TLS-protected `tcp://` engine, PEM. */
  ca?: string;
  /** Client certificate for a TLS-protected `tcp://` engine, PEM. */
  cert?: string;
  /** Private key of `cert`, PEM. Secret. */
  key?: string;
  /**
   * Options for the system's ssh on the way to a `ssh://` engine, as on its command line. Host keys are checked
   * whatever they say.
   *
   * @example ["-i", "/home/me/.ssh/deploy", "-o", "ConnectTimeout=30"]
   */
  sshOptions?: string[];
}

/** What decides which engine "this machine's" is: the environment, the home folder and the platform. */
export interface LocalEnvironment {
  env: Record<string, string | undefined>;
  home: string;
  platform: NodeJS.Platform;
}

const thisMachine = (): LocalEnvironment => ({ env: process.env, home: homedir(), platform: process.platform });

/**
 * The engine that the docker CLI would talk to: `DOCKER_HOST`, else the context of `DOCKER_CONTEXT` or of the CLI's
 * configuration, else the platform's socket.
 *
 * @throws when a context is named that is not there, with its name.
 */
export function resolveLocalEngine(machine: LocalEnvironment = thisMachine()): EngineConnection {
  const { env } = machine;
  if (env["DOCKER_HOST"]) return withTls({ host: env["DOCKER_HOST"] }, tlsFolder(machine));
  const folder = env["DOCKER_CONFIG"] ?? join(machine.home, ".docker");
  const context = env["DOCKER_CONTEXT"] ?? currentContext(folder);
  if (context && context !== "default") return fromContext(folder, context);
  return { host: machine.platform === "win32" ? "npipe:////./pipe/docker_engine" : "unix:///var/run/docker.sock" };
}

/** What is wrong with an engine's address, if anything. */
export function engineAddressProblem(host: string): string | undefined {
  if (/^unix:\/\/\/.|^npipe:\/\/.|^tcp:\/\/[^\s/:]/.test(host)) return undefined;
  if (sshTarget(host)) return undefined;
  return 'must be "unix:///path/to/docker.sock", "tcp://host:port" or "ssh://user@host:port"';
}

/** The address of the local engine's socket file, if that is what it is. */
export function socketPath(connection: EngineConnection): string | undefined {
  const [, path] = /^(?:unix|npipe):\/\/(.+)$/.exec(connection.host) ?? [];
  return path;
}

function tlsFolder({ env, home }: LocalEnvironment): string | undefined {
  if (!env["DOCKER_TLS_VERIFY"] && !env["DOCKER_CERT_PATH"]) return undefined;
  return env["DOCKER_CERT_PATH"] ?? join(home, ".docker");
}

function withTls(connection: EngineConnection, folder: string | undefined): EngineConnection {
  if (!folder || !connection.host.startsWith("tcp://")) return connection;
  const read = (file: string) => readText(join(folder, file));
  return { ...connection, ca: read("ca.pem"), cert: read("cert.pem"), key: read("key.pem") };
}

function currentContext(folder: string): string | undefined {
  const text = readText(join(folder, "config.json"));
  return text === undefined ? undefined : (JSON.parse(text) as { currentContext?: string }).currentContext;
}

/** The docker CLI keeps each context under the SHA-256 of its name. */
function fromContext(folder: string, name: string): EngineConnection {
  const id = createHash("sha256").update(name).digest("hex");
  const text = readText(join(folder, "contexts", "meta", id, "meta.json"));
  if (text === undefined) {
    throw new Error(
      `docker context "${name}" is not there: choose one of \`docker context ls\`, or unset DOCKER_CONTEXT`,
    );
  }
  const meta = JSON.parse(text) as { Endpoints?: { docker?: { Host?: string } } };
  const host = meta.Endpoints?.docker?.Host;
  if (!host)
    throw new Error(`docker context "${name}" names no engine: set one with \`docker context update ${name}\``);
  return withTls({ host }, join(folder, "contexts", "tls", id, "docker"));
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
