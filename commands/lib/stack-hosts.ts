import { resolveLocalEngine } from "../../engine/connection.ts";
import { type EngineConnection } from "../../engine/engine-connection.ts";
import { type SshOptions, sshConnection } from "../../components/hosts/ssh-connection.ts";

/** A machine of a stack, and the way to its engine. */
export interface StackHost {
  key: string;
  connection: EngineConnection;
}

/**
 * The machines of a stack: those that its state knows, and those that only its config names, which are all there are
 * once the stack is destroyed.
 *
 * @param config what its config says, under full names (`pulumi-swarm:hosts`)
 * @param isThisMachine whether its environment is this machine alone
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
  // What is no host is refused by the program, which says what a host is.
  const sound = Object.entries(hosts).filter(([, host]) => typeof (host as SshOptions | null)?.address === "string");
  return sound.map(([key, host]) => ({ key, connection: sshConnection({ ...defaults, ...host }) }));
}
