import type { EngineConnection } from "../../engine/engine-connection.ts";
import { HOST_KEY_CHECKS, CONNECT_TIMEOUT } from "../../engine/ssh.ts";
import { parseSshTarget } from "../../engine/ssh-errors.ts";
import { InputValidationError } from "../../core/input-validation-error.ts";
import { quoteIfNeeded } from "../../engine/shell-quoting.ts";

/** Settings of an ssh connection, all known. */
export interface SshOptions {
  address: string;
  user?: string;
  port?: number;
  identityFile?: string;
  jumpHost?: string;
  jumpHostKey?: string;
  hostKey?: string;
}

/** The format of a jump host, for error messages. */
export const JUMP_HOST_RULE = 'must be [user@]host[:port], such as "me@bastion.example"';

/** Returns the connection to a machine's engine over ssh. */
export function sshConnection(access: SshOptions): EngineConnection {
  const { identityFile, hostKey } = access;
  const proxy = proxyCommand(access);
  const sshOptions = [
    ...(identityFile === undefined ? [] : identityOptions(identityFile)),
    ...(hostKey === undefined ? [] : pinnedHostKeyOptions(hostKey)),
    ...(proxy === undefined ? [] : ["-o", `ProxyCommand=${proxy}`]),
  ];
  return { host: sshAddress(access), ...(sshOptions.length > 0 ? { sshOptions } : {}) };
}

/** Returns `ssh://[user@]address[:port]`. */
export function sshAddress({ address, user, port }: SshOptions): string {
  const host = address.includes(":") ? `[${address}]` : address;
  return `ssh://${user === undefined ? "" : `${user}@`}${host}${port === undefined ? "" : `:${port}`}`;
}

/** Offers only this key: servers reject a client that offers too many keys before the right one. */
function identityOptions(file: string): string[] {
  return ["-i", file, "-o", "IdentitiesOnly=yes"];
}

/** Makes ssh read the host key from a command, and ignore the `known_hosts` files. */
function pinnedHostKeyOptions(hostKey: string): string[] {
  const [type = "", key = ""] = hostKey.trim().split(/\s+/);
  const options = [`KnownHostsCommand=/bin/echo %H ${type} ${key}`, "UpdateHostKeys=no"];
  for (const kind of ["User", "Global"]) options.push(`${kind}KnownHostsFile=/dev/null`);
  return options.flatMap((option) => ["-o", option]);
}

/** Returns the equivalent of ssh's `ProxyJump` that always checks the jump host's key. */
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
  // ssh expands percent signs before it passes the command to a shell.
  return `ssh ${words.map((text) => quoteIfNeeded(text).replaceAll("%", "%%")).join(" ")} -W '[%h]:%p' -- ${quoteIfNeeded(host)}`;
}
