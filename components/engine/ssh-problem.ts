import { isIP } from "node:net";

/** Which machine, and as whom; what a `ssh://` address says. */
export interface SshTarget {
  host: string;
  user?: string;
  port?: number;
}

const ADDRESS = /^ssh:\/\/(?:([^@/:\s]+)@)?(?:\[([0-9A-Fa-f:.]+)\]|([^@/:\s[\]]+))(?::(\d{1,5}))?$/;

/** The parts of `ssh://[user@]host[:port]`; nothing when that is not what it is. */
export function sshTarget(address: string): SshTarget | undefined {
  const [, user, v6, name, port] = ADDRESS.exec(address) ?? [];
  const host = v6 ?? name;
  if (host === undefined || host.startsWith("-") || user?.startsWith("-") || (v6 !== undefined && !isIP(v6))) {
    return undefined;
  }
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) return undefined;
  return { host, user, port: port === undefined ? undefined : Number(port) };
}

/** How a connection through ssh came to its end. */
export interface SshEnd {
  /** What ssh, and the program that it ran, wrote to standard error. */
  stderr: string;
  /** The exit code; none when it was killed. */
  code: number | null;
}

/** Why a connection through ssh failed, in one line, with the way out. */
export function sshProblem({ host, user, port }: SshTarget, { stderr, code }: SshEnd): string {
  const who = user === undefined ? "this user" : `user "${user}"`;
  const scan = `\`ssh-keyscan ${port === undefined ? "" : `-p ${port} `}${host}\``;
  const [, known] = /No (\S+ )?host key is known/.exec(stderr) ?? [];
  const known_as = port === undefined || port === 22 ? host : `[${host}]:${port}`;
  const reasons: [RegExp, string][] = [
    [
      /REMOTE HOST IDENTIFICATION HAS CHANGED/,
      `its host key is not the known one: it is another machine, or someone is in between; if the machine was made ` +
        `anew, give its new key (\`hostKey\`), or forget the old one: \`ssh-keygen -R '${known_as}'\``,
    ],
    [
      /host key is known for|Host key verification failed/,
      `its ${known ?? ""}host key is not known: add it to known_hosts (${scan}, then compare it with the machine's ` +
        `own), or give it as \`hostKey\``,
    ],
    [/revoked/i, "its host key is revoked"],
    [
      /docker[^\n]*permission denied|permission denied[^\n]*docker/i,
      `${who} may not use the engine there: add the user to the group \`docker\` (\`sudo usermod -aG docker ` +
        `${user ?? "<user>"}\`)`,
    ],
    [
      /Permission denied \(|Too many authentication failures|No supported authentication methods/,
      `${who} is not let in: none of the keys offered is accepted; add the key to authorized_keys there, or name ` +
        "another user or key",
    ],
    [/Could not resolve hostname|Name or service not known/, "its name is not known: check the address"],
    [/Connection refused/, `nothing listens on port ${port ?? 22} there: is sshd running?`],
    [/timed out|did not respond|not responding/, "nothing answers at this address: is the machine up and reachable?"],
    [/No route to host|Network is unreachable/, "there is no route to this address"],
    [
      /docker: (?:command )?not found|docker: No such file|[Uu]nknown command:? docker|command not found: docker/,
      "docker is not installed there, or not on the PATH of ssh commands",
    ],
    [
      /Cannot connect to the Docker daemon|docker\.sock: connect:/,
      "docker is installed there but its engine does not run",
    ],
    [/is not a docker command/, "its docker is too old: it needs at least 20.10"],
  ];
  const [, reason] = reasons.find(([pattern]) => pattern.test(stderr)) ?? [];
  return reason ?? lastLine(stderr) ?? `ssh ended with ${code === null ? "a signal" : `code ${code}`}`;
}

function lastLine(text: string): string | undefined {
  return text
    .split("\n")
    .map((line) => line.trim())
    .findLast((line) => line !== "");
}
