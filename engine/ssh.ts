import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import * as http from "node:http";
import { Duplex } from "node:stream";
import { cutOffError } from "./cancellation.ts";
import type { EngineConnection } from "./engine-connection.ts";
import { endSsh, killOnExit } from "./ssh-process.ts";
import { type SshExit, explainSshFailure, parseSshTarget, type SshTarget } from "./ssh-errors.ts";
import { UnreachableError } from "./unreachable.ts";

/** The use of a connection: short calls, or streams that last as long as a command in a container. */
export type ConnectionUse = "call" | "stream";

/**
 * The maximum number of connections to an engine; further requests wait. Streams have separate connections, because a
 * long command in a container must not delay calls.
 */
const MAX_CONNECTIONS: Record<ConnectionUse, number> = { call: 4, stream: 8 };

/** Milliseconds for which an idle connection is kept. */
const IDLE_MS = 10_000;

/** Characters kept of ssh's standard error: its end, which contains the reason. */
const STDERR_LIMIT = 8_192;

/**
 * Options that enforce the check of host keys regardless of `~/.ssh/config`: ssh uses the first value of an option. If
 * no key is pinned, the user's settings still decide which keys are known (known_hosts, HostKeyAlias,
 * KnownHostsCommand, certificates).
 */
export const HOST_KEY_CHECKS = [
  "BatchMode=yes",
  "StrictHostKeyChecking=yes",
  // 127.0.0.1 may be a tunnel to another machine.
  "NoHostAuthenticationForLocalhost=no",
  // Otherwise a signed DNS record would replace the known key.
  "VerifyHostKeyDNS=no",
  // A shared connection keeps the permissions and checks from when it was opened.
  "ControlMaster=no",
  "ControlPath=none",
];

/** Options that a user cannot override. */
const ENFORCED_OPTIONS = [...HOST_KEY_CHECKS, "ClearAllForwardings=yes", "RequestTTY=no"];

/** Disables shared connections. Unlike `-o`, the last value of `-S` counts, so this comes last. */
const NO_CONNECTION_SHARING = ["-S", "none"];

/** Seconds for connecting and authenticating, which can be slow on a busy machine or one that has just started. */
export const CONNECT_TIMEOUT = "ConnectTimeout=20";

/** Defaults that options and `~/.ssh/config` override. */
const DEFAULTS = [CONNECT_TIMEOUT, "ServerAliveInterval=10", "ServerAliveCountMax=3"];

/** Returns ssh's command-line options for an engine. */
export function sshCommandOptions(connection: EngineConnection): string[] {
  const asArguments = (options: string[]) => options.flatMap((option) => ["-o", option]);
  return [
    ...asArguments(ENFORCED_OPTIONS),
    ...(connection.sshOptions ?? []),
    ...asArguments(DEFAULTS),
    ...NO_CONNECTION_SHARING,
  ];
}

/** Returns the machine, user and port of an engine's address. @throws UnreachableError when the address is invalid */
export function sshTargetOf(connection: EngineConnection): SshTarget {
  const target = parseSshTarget(connection.host);
  if (!target) throw new UnreachableError(connection.host, "the address must be ssh://[user@]host[:port]", "address");
  return target;
}

/**
 * Starts a command on an engine's machine with the system's ssh, so that `~/.ssh/config`, agents and jump hosts work as
 * usual. ssh gets no terminal: it cannot prompt, and Ctrl-C does not break the connection while Pulumi finishes a change.
 */
export function startSsh(connection: EngineConnection, command: string): ChildProcessWithoutNullStreams {
  const { host, user, port } = sshTargetOf(connection);
  const to = [...(user === undefined ? [] : ["-l", user]), ...(port === undefined ? [] : ["-p", String(port)])];
  const child = spawn("ssh", [...sshCommandOptions(connection), ...to, "--", host, command], {
    detached: process.platform !== "win32",
    env: { ...process.env, SSH_ASKPASS_REQUIRE: "never" },
    stdio: "pipe",
    windowsHide: true,
  });
  killOnExit(child);
  return child;
}

/** Converts the exit of ssh to an error. */
export function sshError(connection: EngineConnection, end: SshExit): UnreachableError {
  const { problem, kind } = explainSshFailure(sshTargetOf(connection), end);
  return new UnreachableError(connection.host, problem, kind);
}

/** Converts a failed start of ssh to an error. */
export function sshStartError({ host }: EngineConnection, error: Error): UnreachableError {
  const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
  return new UnreachableError(
    host,
    missing ? "there is no ssh on this machine: install the OpenSSH client" : error.message,
  );
}

const agents = new Map<string, http.Agent>();

/** Returns the agent that keeps and reuses an engine's ssh connections. */
export function sshAgent(connection: EngineConnection, use: ConnectionUse = "call"): http.Agent {
  const key = JSON.stringify([use, connection.host, connection.sshOptions]);
  const agent = agents.get(key) ?? new SshAgent(connection, MAX_CONNECTIONS[use]);
  agents.set(key, agent);
  return agent;
}

class SshAgent extends http.Agent {
  readonly #connection: EngineConnection;

  constructor(connection: EngineConnection, maxSockets: number) {
    super({ keepAlive: true, maxSockets });
    this.#connection = connection;
  }

  override createConnection(
    _options: http.ClientRequestArgs,
    created?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | undefined {
    const cancelled = cutOffError();
    // Called for a request that waited as well, where an exception would end the process.
    if (!cancelled) return new SshStream(this.#connection);
    created?.(cancelled, new Duplex());
    return undefined;
  }

  override keepSocketAlive(socket: Duplex): boolean {
    (socket as SshStream).markIdle();
    return true;
  }
}

/** A connection to the engine through the standard input and output of `docker system dial-stdio`. */
class SshStream extends Duplex {
  readonly #connection: EngineConnection;
  readonly #child: ChildProcessWithoutNullStreams;
  #stderr = "";
  #idleTimer: NodeJS.Timeout | undefined;

  constructor(connection: EngineConnection) {
    super({ allowHalfOpen: true });
    this.#connection = connection;
    this.#child = startSsh(connection, "docker system dial-stdio");
    const { stdin, stdout, stderr } = this.#child;
    stdout.on("data", (bytes: Buffer) => {
      if (!this.push(bytes)) stdout.pause();
    });
    stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_LIMIT);
    });
    // Ignore broken pipes: the exit of ssh follows, with a better message.
    for (const pipe of [stdin, stdout, stderr]) pipe.on("error", () => {});
    this.#child.on("error", (error) => this.destroy(sshStartError(connection, error)));
    this.#child.on("close", (code) => this.#handleExit(code));
  }

  /** Closes the connection after a while without requests. Until then it does not keep the process alive. */
  markIdle(): void {
    this.#idleTimer = setTimeout(() => this.destroy(), IDLE_MS).unref();
    this.#eachHandle((handle) => handle.unref());
  }

  /** Keeps the connection open for a new request. http's agent calls this. */
  ref(): void {
    clearTimeout(this.#idleTimer);
    this.#idleTimer = undefined;
    this.#eachHandle((handle) => handle.ref());
  }

  override _read(): void {
    this.#child.stdout.resume();
  }

  override _write(bytes: Buffer, encoding: BufferEncoding, written: () => void): void {
    // The exit of ssh reports a failed write, with its reason.
    this.#child.stdin.write(bytes, encoding, () => written());
  }

  override _final(ended: () => void): void {
    this.#child.stdin.end(ended);
  }

  override _destroy(error: Error | null, destroyed: (error: Error | null) => void): void {
    clearTimeout(this.#idleTimer);
    endSsh(this.#child);
    const { stdin, stdout, stderr } = this.#child;
    for (const pipe of [stdin, stdout, stderr]) pipe.destroy();
    destroyed(error);
  }

  #handleExit(code: number | null): void {
    if (this.destroyed) return;
    if (code !== 0) {
      this.destroy(sshError(this.#connection, { stderr: this.#stderr, code }));
      return;
    }
    // The engine has closed the connection: deliver what it sent before.
    this.once("end", () => this.destroy()).push(null);
    if (this.#idleTimer) this.destroy();
  }

  #eachHandle(act: (handle: { ref(): void; unref(): void }) => void): void {
    const { stdin, stdout, stderr } = this.#child;
    // The streams are sockets, although a child process's types do not say so.
    for (const handle of [this.#child, stdin, stdout, stderr]) {
      if ("unref" in handle) act(handle);
    }
  }
}
