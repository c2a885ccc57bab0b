import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import * as http from "node:http";
import { Duplex } from "node:stream";
import type { EngineConnection } from "./engine-connection.ts";
import { type SshExit, explainSshFailure, parseSshTarget, type SshTarget } from "./ssh-errors.ts";
import { UnreachableError } from "./unreachable.ts";

/** What a connection is for: calls, which end soon, or streams, which last as long as a command in a container. */
export type ConnectionUse = "call" | "stream";

/**
 * One engine's connections at a time; a request beyond that waits for its turn. Streams have their own, or commands that
 * wait in containers would keep everybody else waiting.
 */
const MAX_CONNECTIONS: Record<ConnectionUse, number> = { call: 4, stream: 8 };

/** How long a connection is kept for the next request. */
const IDLE_MS = 10_000;

/** How much of what ssh says is kept: the end, where the reason is. */
const KEPT_OF_STDERR = 8_192;

/**
 * What has a host key checked on every connection, whatever `~/.ssh/config` says: the first value of an option is ssh's.
 * What else decides which keys are known (known_hosts, HostKeyAlias, KnownHostsCommand, certificates) stays the user's
 * where no key is pinned.
 */
export const HOST_KEY_CHECKS = [
  "BatchMode=yes",
  "StrictHostKeyChecking=yes",
  // Through a tunnel 127.0.0.1 is another machine.
  "NoHostAuthenticationForLocalhost=no",
  // A signed DNS record would do in place of the known key.
  "VerifyHostKeyDNS=no",
  // A connection that another ssh shares out has the rights, and the checks, of when it was opened.
  "ControlMaster=no",
  "ControlPath=none",
];

/** What no option of a user changes. */
const ENFORCED_OPTIONS = [...HOST_KEY_CHECKS, "ClearAllForwardings=yes", "RequestTTY=no"];

/** Of `-S`, other than of `-o`, the last value is ssh's: no option given shares a connection either. */
const UNSHARED = ["-S", "none"];

/** How long a machine may take to let somebody in: a busy one, or one that has just started, takes its time. */
export const CONNECT_TIMEOUT = "ConnectTimeout=20";

/** What holds unless the options or `~/.ssh/config` say otherwise. */
const DEFAULTS = [CONNECT_TIMEOUT, "ServerAliveInterval=10", "ServerAliveCountMax=3"];

/** The options with which ssh is started for an engine, in the form of its command line. */
export function sshCommandOptions(connection: EngineConnection): string[] {
  const given = (options: string[]) => options.flatMap((option) => ["-o", option]);
  return [...given(ENFORCED_OPTIONS), ...(connection.sshOptions ?? []), ...given(DEFAULTS), ...UNSHARED];
}

/** @throws UnreachableError when the address is none. */
export function sshTargetOf(connection: EngineConnection): SshTarget {
  const target = parseSshTarget(connection.host);
  if (!target) throw new UnreachableError(connection.host, "the address must be ssh://[user@]host[:port]", "address");
  return target;
}

/**
 * Starts a command on the machine of an engine. The system's own ssh does it, so that `~/.ssh/config`, agents and jump
 * hosts work as the user knows them. It has no terminal: nothing can be asked, and Ctrl-C does not cut a connection
 * under a change that Pulumi still brings to its end.
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
  endWithProcess(child);
  return child;
}

/** The error that an end of ssh is. */
export function sshError(connection: EngineConnection, end: SshExit): UnreachableError {
  const { problem, kind } = explainSshFailure(sshTargetOf(connection), end);
  return new UnreachableError(connection.host, problem, kind);
}

/** The error that a failed start of ssh itself is. */
export function sshStartError({ host }: EngineConnection, error: Error): UnreachableError {
  const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
  return new UnreachableError(
    host,
    missing ? "there is no ssh on this machine: install OpenSSH's client" : error.message,
  );
}

const agents = new Map<string, http.Agent>();

/** Connections to an engine through ssh: one carries many requests, and is kept a while for the next. */
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

  override createConnection(): Duplex {
    return new SshStream(this.#connection);
  }

  override keepSocketAlive(socket: Duplex): boolean {
    (socket as SshStream).rest();
    return true;
  }
}

/** A connection to the engine: the input and output of `docker system dial-stdio` there. */
class SshStream extends Duplex {
  readonly #connection: EngineConnection;
  readonly #child: ChildProcessWithoutNullStreams;
  #stderr = "";
  #idle: NodeJS.Timeout | undefined;

  constructor(connection: EngineConnection) {
    super({ allowHalfOpen: true });
    this.#connection = connection;
    this.#child = startSsh(connection, "docker system dial-stdio");
    const { stdin, stdout, stderr } = this.#child;
    stdout.on("data", (bytes: Buffer) => {
      if (!this.push(bytes)) stdout.pause();
    });
    stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-KEPT_OF_STDERR);
    });
    // A pipe that breaks says less than what ssh has to say about it: that comes with its end.
    for (const pipe of [stdin, stdout, stderr]) pipe.on("error", () => {});
    this.#child.on("error", (error) => this.destroy(sshStartError(connection, error)));
    this.#child.on("close", (code) => this.#ended(code));
  }

  /** Nothing is asked of it now: it ends soon, and keeps no process from ending. */
  rest(): void {
    this.#idle = setTimeout(() => this.destroy(), IDLE_MS).unref();
    this.#each((handle) => handle.unref());
  }

  /** It is asked again; http's agent calls it by this name. */
  ref(): void {
    clearTimeout(this.#idle);
    this.#idle = undefined;
    this.#each((handle) => handle.ref());
  }

  override _read(): void {
    this.#child.stdout.resume();
  }

  override _write(bytes: Buffer, encoding: BufferEncoding, written: () => void): void {
    // A failed write is told by the end of ssh, with its reason.
    this.#child.stdin.write(bytes, encoding, () => written());
  }

  override _final(ended: () => void): void {
    this.#child.stdin.end(ended);
  }

  override _destroy(error: Error | null, destroyed: (error: Error | null) => void): void {
    clearTimeout(this.#idle);
    this.#child.kill();
    const { stdin, stdout, stderr } = this.#child;
    for (const pipe of [stdin, stdout, stderr]) pipe.destroy();
    destroyed(error);
  }

  #ended(code: number | null): void {
    if (this.destroyed) return;
    if (code !== 0) {
      this.destroy(sshError(this.#connection, { stderr: this.#stderr, code }));
      return;
    }
    // The engine has hung up: what it said before is still read, but nothing more can be asked.
    this.once("end", () => this.destroy()).push(null);
    if (this.#idle) this.destroy();
  }

  #each(act: (handle: { ref(): void; unref(): void }) => void): void {
    const { stdin, stdout, stderr } = this.#child;
    // They are sockets, which the types of a child process do not say.
    for (const handle of [this.#child, stdin, stdout, stderr]) {
      if ("unref" in handle) act(handle);
    }
  }
}

const children = new Set<ChildProcessWithoutNullStreams>();

function endWithProcess(child: ChildProcessWithoutNullStreams): void {
  if (children.size === 0) process.on("exit", endChildren);
  children.add(child);
  child.once("close", () => {
    children.delete(child);
    if (children.size === 0) process.off("exit", endChildren);
  });
}

function endChildren(): void {
  for (const child of children) child.kill();
}
