import { isIP } from "node:net";
import { lastLine } from "./last-line.ts";

/** Which machine, and as whom; what a `ssh://` address says. */
export interface SshTarget {
  host: string;
  user?: string;
  port?: number;
}

/** Names of users and machines: some versions of ssh hand them to a shell, which must not find anything to do in them. */
const USER = "[A-Za-z_][A-Za-z0-9_.-]*\\$?";
const NAME = "[A-Za-z0-9._][A-Za-z0-9._-]*";
const IPV6 = "\\[([0-9A-Fa-f:.]+(?:%[A-Za-z0-9._-]+)?)\\]";

const ADDRESS = new RegExp(`^ssh://(?:(${USER})@)?(?:${IPV6}|(${NAME}))(?::(\\d{1,5}))?$`);

/** Whether that can be the name of a user. */
export function isUserName(name: string): boolean {
  return new RegExp(`^${USER}$`).test(name);
}

/** Whether that can be the part of a `tcp://` or `ssh://` address that names a machine. */
export function isMachineName(name: string): boolean {
  return new RegExp(`^(?:${IPV6}|${NAME})$`).test(name);
}

/** The parts of `ssh://[user@]host[:port]`; nothing when that is not what it is. */
export function parseSshTarget(address: string): SshTarget | undefined {
  const [, user, v6, name, port] = ADDRESS.exec(address) ?? [];
  const host = v6 ?? name;
  if (host === undefined || (v6 !== undefined && !isIP(v6))) return undefined;
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) return undefined;
  return { host, user, port: port === undefined ? undefined : Number(port) };
}

/** How a connection through ssh came to its end. */
export interface SshExit {
  /** What ssh, and the program that it ran, wrote to standard error. */
  stderr: string;
  /** The exit code; none when it was killed. */
  code: number | null;
}

/**
 * What a failure is about: the identity of the machine, the way in, rights on the engine, the engine itself; none when
 * the machine was not reached, or said what nobody knows here.
 */
export type SshFailureKind = "identity" | "login" | "rights" | "engine";

/** Why a connection through ssh failed, in one line, with the way out. */
export function explainSshFailure(
  { host, user, port }: SshTarget,
  { stderr, code }: SshExit,
): { problem: string; kind?: SshFailureKind } {
  const [reason] = reasonsFor({ host, user, port }, stderr).filter(({ said }) => said.test(stderr));
  const how = `ssh ended with ${code === null ? "a signal" : `code ${code}`}`;
  return { problem: onTheWay(stderr, host) + (reason?.problem ?? lastLine(stderr) ?? how), kind: reason?.kind };
}

interface Reason {
  said: RegExp;
  problem: string;
  kind?: SshFailureKind;
}

/** The id of an instance of EC2, which is nobody's name. */
const INSTANCE = /^i-[0-9a-f]{8,17}$/;

/** In the order in which they are looked for: what is said of a key comes before how the connection then ends. */
function reasonsFor({ host, user, port }: SshTarget, stderr: string): Reason[] {
  const who = user === undefined ? "this user" : `user "${user}"`;
  const ported = port !== undefined && port !== 22;
  const scan = `ssh-keyscan ${ported ? `-p ${port} ` : ""}${host}`;
  const [, keyType = ""] = /No (\S+ )host key is known/.exec(stderr) ?? [];
  return [
    {
      said: /REMOTE HOST IDENTIFICATION HAS CHANGED/,
      problem:
        "its host key is not the known one: it is another machine, or somebody is in between; if the machine was made " +
        `anew, give its new key, or forget the old one: \`ssh-keygen -R '${ported ? `[${host}]:${port}` : host}'\``,
      kind: "identity",
    },
    {
      said: /host key is known for|Host key verification failed/,
      problem:
        `its ${keyType}host key is not known: add it to known_hosts (\`${scan}\`, compared with the machine's own), ` +
        "or give it as hostKey",
      kind: "identity",
    },
    { said: /host key .*revoked/i, problem: "its host key is revoked", kind: "identity" },
    {
      said: /docker[^\n]*permission denied|permission denied[^\n]*docker/i,
      problem:
        `${who} may not use the engine there: add the user to the group \`docker\` (\`sudo usermod -aG docker ` +
        `${user ?? "<user>"}\`)`,
      kind: "rights",
    },
    {
      said: /Permission denied \(|Too many authentication failures|No supported authentication methods/,
      problem:
        `${who} is not let in: none of the keys offered is accepted; add the key to authorized_keys there, or name ` +
        "another user or key",
      kind: "login",
    },
    {
      said: /Could not resolve hostname|Name or service not known/,
      problem: INSTANCE.test(host)
        ? "that is an instance of EC2, which ssh reaches by Session Manager alone: ~/.ssh/config needs `Host i-*` with " +
          "the ProxyCommand `aws ssm start-session --target %h --document-name AWS-StartSSHSession --parameters " +
          "portNumber=%p`"
        : "its name is not known: check the address",
    },
    { said: /Connection refused/, problem: `nothing listens on port ${port ?? 22} there: is sshd running?` },
    {
      said: /timed out|did not respond|not responding/,
      problem: "nothing answers at this address: is the machine up and reachable?",
    },
    { said: /No route to host|Network is unreachable/, problem: "there is no route to this address" },
    {
      said: /docker: (?:command )?not found|docker: No such file|[Uu]nknown command:? docker|command not found: docker/,
      problem: "docker is not installed there, or not on the PATH of ssh commands",
      kind: "engine",
    },
    {
      said: /Cannot connect to the Docker daemon|docker\.sock: connect:/,
      problem: "docker is installed there but its engine does not run",
      kind: "engine",
    },
    { said: /is not a docker command/, problem: "its docker is too old: it needs at least 20.10", kind: "engine" },
  ];
}

/** Which machine it is about, when it is one on the way. */
function onTheWay(stderr: string, host: string): string {
  const spoken = /(?:host key is known for|Host key for) \[?([^\s\]]+)|@([^\s:]+): Permission denied \(/.exec(stderr);
  const name = spoken?.[1] ?? spoken?.[2];
  return name === undefined || name === host ? "" : `at "${name}": `;
}
