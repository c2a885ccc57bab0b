import { execFile } from "node:child_process";
import { isIP } from "node:net";
import { promisify } from "node:util";
import { cutOff } from "./cancellation.ts";
import type { EngineConnection } from "./engine-connection.ts";
import { sshCommandOptions } from "./ssh.ts";
import { parseSshTarget } from "./ssh-errors.ts";
import { isUnencryptedRemote } from "./tls.ts";

const LOOPBACK = "127.0.0.1";

/**
 * Returns the host name or IP address at which this machine reaches an engine's machine: 127.0.0.1 for an engine on
 * this machine, and for an alias in `~/.ssh/config` its `HostName`.
 */
export async function machineAddress(connection: EngineConnection): Promise<string> {
  const { host } = connection;
  const ssh = parseSshTarget(host);
  if (ssh) return isIP(ssh.host) === 0 ? resolveSshAlias(connection, ssh.host) : ssh.host;
  if (!isUnencryptedRemote(host)) return LOOPBACK;
  return new URL(host).hostname.replace(/^\[|\]$/g, "");
}

/** Returns the `HostName` that ssh uses for a name. Does not connect. */
async function resolveSshAlias(connection: EngineConnection, name: string): Promise<string> {
  const found = promisify(execFile)("ssh", [...sshCommandOptions(connection), "-G", "--", name], { signal: cutOff() });
  // Without ssh, the engine is unreachable as well, and its resource reports that.
  const { stdout } = await found.catch(() => ({ stdout: "" }));
  const [, resolved = name] = /^hostname (\S+)$/m.exec(stdout) ?? [];
  // Keeps the given spelling, because ssh prints names in lower case.
  return resolved === name.toLowerCase() ? name : resolved;
}
