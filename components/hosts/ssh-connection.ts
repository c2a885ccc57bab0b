import type { EngineConnection } from "../../engine/engine-connection.ts";
import { HOST_KEY_CHECKS, CONNECT_TIMEOUT } from "../../engine/ssh.ts";
import { parseSshTarget } from "../../engine/ssh-errors.ts";
import { InputValidationError } from "../../core/input-validation-error.ts";
import { quoteIfNeeded } from "../../engine/shell-quoting.ts";

/** How a machine is reached by ssh, all of it known. */
export interface SshOptions {
  address: string;
  user?: string;
  port?: number;
  identityFile?: string;
  jumpHost?: string;
  jumpHostKey?: string;
  hostKey?: string;
}

/** What a jump host has to be. */
export const JUMP_HOST_RULE = 'must be [user@]host[:port], such as "me@bastion.example"';

/** The engine of a machine that is reached by ssh. */
export function sshConnection(access: SshOptions): EngineConnection {
  const { identityFile, hostKey } = access;
  const way = proxyCommand(access);
  const sshOptions = [
    ...(identityFile === undefined ? [] : identityOptions(identityFile)),
    ...(hostKey === undefined ? [] : pinnedHostKeyOptions(hostKey)),
    ...(way === undefined ? [] : ["-o", `ProxyCommand=${way}`]),
  ];
  return { host: sshAddress(access), ...(sshOptions.length > 0 ? { sshOptions } : {}) };
}

/** `ssh://[user@]address[:port]`. */
export function sshAddress({ address, user, port }: SshOptions): string {
  const host = address.includes(":") ? `[${address}]` : address;
  return `ssh://${user === undefined ? "" : `${user}@`}${host}${port === undefined ? "" : `:${port}`}`;
}

/** That key and no other: an agent with many would be turned away before it came to this one. */
function identityOptions(file: string): string[] {
  return ["-i", file, "-o", "IdentitiesOnly=yes"];
}

/** Lets ssh know the machine's key from a command instead of a file, and from there alone. */
function pinnedHostKeyOptions(hostKey: string): string[] {
  const [type = "", key = ""] = hostKey.trim().split(/\s+/);
  const options = [`KnownHostsCommand=/bin/echo %H ${type} ${key}`, "UpdateHostKeys=no"];
  for (const kind of ["User", "Global"]) options.push(`${kind}KnownHostsFile=/dev/null`);
  return options.flatMap((option) => ["-o", option]);
}

/** What ssh's own way of jumping does, but with the host key of the machine on the way checked for certain. */
function proxyCommand({ jumpHost, jumpHostKey, identityFile }: SshOptions): string | undefined {
  if (jumpHost === undefined) return undefined;
  const target = parseSshTarget(`ssh://${jumpHost}`);
  if (!target)
    throw new InputValidationError("ssh", [{ argument: "jumpHost", value: jumpHost, problem: JUMP_HOST_RULE }]);
  const { host, user, port } = target;
  const words = [
    ...[...HOST_KEY_CHECKS, CONNECT_TIMEOUT].flatMap((option) => ["-o", option]),
    ...(identityFile === undefined ? [] : identityOptions(identityFile)),
    ...(jumpHostKey === undefined ? [] : pinnedHostKeyOptions(jumpHostKey)),
    ...(user === undefined ? [] : ["-l", user]),
    ...(port === undefined ? [] : ["-p", String(port)]),
  ];
  // A shell reads it, after ssh has replaced what follows a percent sign.
  return `ssh ${words.map((text) => quoteIfNeeded(text).replaceAll("%", "%%")).join(" ")} -W '[%h]:%p' -- ${quoteIfNeeded(host)}`;
}
