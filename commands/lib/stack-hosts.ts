import { resolveLocalEngine } from "../../engine/connection.ts";
import { type EngineConnection } from "../../engine/engine-connection.ts";
import { type SshOptions, sshConnection } from "../../components/hosts/ssh-connection.ts";

/** A machine of a stack, and the connection to its engine. */
export interface StackHost {
  key: string;
  connection: EngineConnection;
}

/**
 * Returns the machines of a stack: those in its state, and those in its config. After `down`, only the config has any.
 *
 * @param config its config, with full keys (`pulumi-swarm:hosts`)
 * @param isThisMachine whether it is a local stack
 */
export function stackHosts(
  recorded: readonly StackHost[],
  config: Record<string, unknown>,
  isThisMachine: boolean,
): StackHost[] {
  const named = isThisMachine ? [{ key: "local", connection: resolveLocalEngine() }] : configuredSshHosts(config);
  const hosts = new Map([...named, ...recorded].map(({ key, connection }) => [key, { key, connection }] as const));
  return [...hosts.values()].toSorted((a, b) => a.key.localeCompare(b.key));
}

function configuredSshHosts(config: Record<string, unknown>): StackHost[] {
  const hosts = (config["pulumi-swarm:hosts"] ?? {}) as Record<string, SshOptions>;
  const defaults = (config["pulumi-swarm:hostDefaults"] ?? {}) as Partial<SshOptions>;
  // Skips invalid hosts: the program rejects them with a proper message.
  const valid = Object.entries(hosts).filter(([, host]) => typeof (host as SshOptions | null)?.address === "string");
  return valid.map(([key, host]) => ({ key, connection: sshConnection({ ...defaults, ...host }) }));
}
