import { isIP } from "node:net";
import { lastLine } from "./last-line.ts";

/** The machine, user and port of a `ssh://` address. */
export interface SshTarget {
  host: string;
  user?: string;
  port?: number;
}

/** Allowed user and host names. Some versions of ssh pass them to a shell, so they must not contain shell syntax. */
const USER = "[A-Za-z_][A-Za-z0-9_.-]*\\$?";
const NAME = "[A-Za-z0-9._][A-Za-z0-9._-]*";
const IPV6 = "\\[([0-9A-Fa-f:.]+(?:%[A-Za-z0-9._-]+)?)\\]";

const ADDRESS = new RegExp(`^ssh://(?:(${USER})@)?(?:${IPV6}|(${NAME}))(?::(\\d{1,5}))?$`);

/** Returns whether a name is valid as a user's. */
export function isUserName(name: string): boolean {
  return new RegExp(`^${USER}$`).test(name);
}

/** Returns whether a name is valid as the host of a `tcp://` or `ssh://` address. */
export function isMachineName(name: string): boolean {
  return new RegExp(`^(?:${IPV6}|${NAME})$`).test(name);
}

/** Parses `ssh://[user@]host[:port]`. Returns undefined for any other text. */
export function parseSshTarget(address: string): SshTarget | undefined {
  const [, user, v6, name, port] = ADDRESS.exec(address) ?? [];
  const host = v6 ?? name;
  if (host === undefined || (v6 !== undefined && !isIP(v6))) return undefined;
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) return undefined;
  return { host, user, port: port === undefined ? undefined : Number(port) };
}

/** How an ssh process ended. */
export interface SshExit {
  /** Standard error of ssh and of the command that it ran. */
  stderr: string;
  /** The exit code; null if ssh was killed. */
  code: number | null;
}

/**
 * The cause of a failure: the machine's host key, the login, the permission to use the engine, the engine itself, or too
 * many logins at once. Absent if the machine was not reached or the message is not known.
 */
export type SshFailureKind = "identity" | "login" | "rights" | "engine" | "busy";

/** Explains in one line why an ssh connection failed and how to fix it. */
export function explainSshFailure(
  { host, user, port }: SshTarget,
  { stderr, code }: SshExit,
): { problem: string; kind?: SshFailureKind } {
  const pattern = failurePatterns({ host, user, port }, stderr).find(({ matches }) => matches.test(stderr));
  const exit = `ssh ended with ${code === null ? "a signal" : `code ${code}`}`;
  return {
    problem: jumpHostPrefix(stderr, host) + (pattern?.problem ?? lastLine(stderr) ?? exit),
    kind: pattern?.kind,
  };
}

interface FailurePattern {
  matches: RegExp;
  problem: string;
  kind?: SshFailureKind;
}

/** The id of an EC2 instance, which no DNS server resolves. */
const EC2_INSTANCE_ID = /^i-[0-9a-f]{8,17}$/;

/**
 * Returns the known failures. The first match counts: messages about keys come before messages about how the connection
 * ended.
 */
function failurePatterns({ host, user, port }: SshTarget, stderr: string): FailurePattern[] {
  const who = user === undefined ? "this user" : `user "${user}"`;
  const hasOwnPort = port !== undefined && port !== 22;
  const scan = `ssh-keyscan ${hasOwnPort ? `-p ${port} ` : ""}${host}`;
  const [, keyType = ""] = /No (\S+ )host key is known/.exec(stderr) ?? [];
  return [
    {
      matches: /REMOTE HOST IDENTIFICATION HAS CHANGED/,
      problem:
        "its host key has changed: it is another machine, or someone intercepts the connection; if the machine was " +
        `recreated, give its new key, or remove the old one: \`ssh-keygen -R '${hasOwnPort ? `[${host}]:${port}` : host}'\``,
      kind: "identity",
    },
    {
      matches: /host key is known for|Host key verification failed/,
      problem:
        `its ${keyType}host key is not known: add it to known_hosts (\`${scan}\`, compared with the machine's own), ` +
        "or give it as hostKey",
      kind: "identity",
    },
    { matches: /host key .*revoked/i, problem: "its host key is revoked", kind: "identity" },
    {
      matches: /docker[^\n]*permission denied|permission denied[^\n]*docker/i,
      problem:
        `${who} may not use the engine there: add the user to the group \`docker\` (\`sudo usermod -aG docker ` +
        `${user ?? "<user>"}\`)`,
      kind: "rights",
    },
    {
      matches: /Permission denied \(|Too many authentication failures|No supported authentication methods/,
      problem:
        `${who} cannot authenticate: none of the offered keys is accepted; add the key to authorized_keys there, or ` +
        "choose another user or key",
      kind: "login",
    },
    {
      matches: /Could not resolve hostname|Name or service not known/,
      problem: EC2_INSTANCE_ID.test(host)
        ? "that is an EC2 instance, which ssh reaches through Session Manager only: ~/.ssh/config needs `Host i-*` with " +
          "the ProxyCommand `aws ssm start-session --target %h --document-name AWS-StartSSHSession --parameters " +
          "portNumber=%p`"
        : "its name does not resolve: check the address",
    },
    {
      matches: /kex_exchange_identification: (?:read: )?Connection (?:closed|reset)/,
      problem:
        "its sshd closed the connection before the login, as it does when more clients log in at once than its MaxStartups " +
        "allows (default 10:30:100): raise that in /etc/ssh/sshd_config there",
      kind: "busy",
    },
    { matches: /Connection refused/, problem: `nothing listens on port ${port ?? 22} there: is sshd running?` },
    {
      matches: /timed out|did not respond|not responding/,
      problem: "nothing answers at this address: is the machine up and reachable?",
    },
    { matches: /No route to host|Network is unreachable/, problem: "there is no route to this address" },
    {
      matches:
        /docker: (?:command )?not found|docker: No such file|[Uu]nknown command:? docker|command not found: docker/,
      problem: "docker is not installed there, or not on the PATH of ssh commands",
      kind: "engine",
    },
    {
      matches: /Cannot connect to the Docker daemon|docker\.sock: connect:/,
      problem: "docker is installed there, but its engine is not running",
      kind: "engine",
    },
    {
      matches: /is not a docker command/,
      problem: "its docker is too old: upgrade it to 20.10 or later",
      kind: "engine",
    },
  ];
}

/** Names the machine that the failure is about, if it is a jump host. */
function jumpHostPrefix(stderr: string, host: string): string {
  const match = /(?:host key is known for|Host key for) \[?([^\s\]]+)|@([^\s:]+): Permission denied \(/.exec(stderr);
  const name = match?.[1] ?? match?.[2];
  return name === undefined || name === host ? "" : `at "${name}": `;
}
