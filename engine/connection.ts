import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { isMachineName, parseSshTarget } from "./ssh-errors.ts";
import { isTls, readCertificates, readTextIfExists } from "./tls.ts";
import type { EngineConnection } from "./engine-connection.ts";

/** Determines the local engine: the environment, the home folder and the platform. */
export interface LocalEnvironment {
  env: Record<string, string | undefined>;
  home: string;
  platform: NodeJS.Platform;
}

export const thisMachine = (): LocalEnvironment => ({ env: process.env, home: homedir(), platform: process.platform });

/**
 * Returns the engine that the docker CLI would use: `DOCKER_HOST`, else the context from `DOCKER_CONTEXT` or the CLI's
 * configuration, else the platform's socket. Never falls back to plain text where the variables or the context request
 * TLS.
 *
 * @param host replaces the engine's address
 * @throws when the context does not exist or certificates are missing
 */
export function resolveLocalEngine(machine: LocalEnvironment = thisMachine(), host?: string): EngineConnection {
  const { env } = machine;
  const address = host ?? env["DOCKER_HOST"];
  if (address) return withTls({ host: address }, machine);
  const folder = dockerConfigFolder(machine);
  const context = env["DOCKER_CONTEXT"] ?? currentContext(folder);
  if (context && context !== "default") return withTls(fromContext(folder, context), machine);
  return { host: machine.platform === "win32" ? "npipe:////./pipe/docker_engine" : "unix:///var/run/docker.sock" };
}

/** Returns what is wrong with an engine's address, if anything. */
export function engineAddressError(host: string): string | undefined {
  if (/^unix:\/\/\/.|^npipe:\/\/./.test(host) || parseSshTarget(host)) return undefined;
  const [, name] = /^tcp:\/\/(\[[^\]]*\]|[^:]*)(?::\d{1,5})?$/.exec(host) ?? [];
  if (name !== undefined && isMachineName(name)) return undefined;
  return 'must be "unix:///path/to/docker.sock", "tcp://host:port" or "ssh://user@host:port"';
}

/** Returns the path of the engine's local socket; undefined for another kind of address. */
export function socketPath(connection: EngineConnection): string | undefined {
  const [, path] = /^(?:unix|npipe):\/\/(.+)$/.exec(connection.host) ?? [];
  return path;
}

/** Returns the folder of the docker CLI's configuration. */
export function dockerConfigFolder({ env, home }: LocalEnvironment): string {
  return env["DOCKER_CONFIG"] ?? join(home, ".docker");
}

/** The variables that request TLS from the docker CLI or one of its libraries. */
const TLS_VARIABLES = ["DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY", "DOCKER_TLS"];

/** Adds the certificates that the variables request, unless the connection has its own. */
function withTls(connection: EngineConnection, machine: LocalEnvironment): EngineConnection {
  const { env } = machine;
  const argument = TLS_VARIABLES.find((name) => env[name]);
  if (argument === undefined || isTls(connection) || !connection.host.startsWith("tcp://")) return connection;
  const folder = env["DOCKER_CERT_PATH"] ? env["DOCKER_CERT_PATH"] : dockerConfigFolder(machine);
  return { ...connection, ...readCertificates(folder, argument, env[argument]) };
}

function currentContext(folder: string): string | undefined {
  const text = readTextIfExists(join(folder, "config.json"));
  return text === undefined ? undefined : (JSON.parse(text) as { currentContext?: string }).currentContext;
}

/** Reads a context, which the docker CLI stores under the SHA-256 of its name. */
function fromContext(folder: string, name: string): EngineConnection {
  const id = createHash("sha256").update(name).digest("hex");
  const text = readTextIfExists(join(folder, "contexts", "meta", id, "meta.json"));
  if (text === undefined) {
    throw new Error(
      `docker context "${name}" does not exist: choose one of \`docker context ls\`, or unset DOCKER_CONTEXT`,
    );
  }
  const meta = JSON.parse(text) as { Endpoints?: { docker?: { Host?: string; SkipTLSVerify?: boolean } } };
  const { Host: host, SkipTLSVerify: isUnverified = false } = meta.Endpoints?.docker ?? {};
  if (!host)
    throw new Error(`docker context "${name}" names no engine: set one with \`docker context update ${name}\``);
  const certificates = join(folder, "contexts", "tls", id, "docker");
  const asksForTls = host.startsWith("tcp://") && (isUnverified || existsSync(certificates));
  return asksForTls ? { host, ...readCertificates(certificates, "DOCKER_CONTEXT", name) } : { host };
}
