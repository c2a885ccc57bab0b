import * as pulumi from "@pulumi/pulumi";
import { resolveLocalEngine } from "../../engine/connection.ts";
import type { EngineConnection } from "../../engine/engine-connection.ts";
import { machineAddress } from "../../engine/machine-address.ts";
import { throwIfInvalid } from "../../core/input-validation-error.ts";
import type { EngineTls } from "./engine-tls.ts";
import type { HostArgs, SshArgs } from "./host-args.ts";
import { sshConnection } from "./ssh-connection.ts";
import { validateSshAccess } from "./ssh-validation.ts";

/** Returns the engine that the arguments name, or else this machine's environment. */
export function findEngine({ engine, tls }: Pick<HostArgs, "engine" | "tls">): EngineConnection {
  // Explicit certificates replace those of the environment.
  return tls && engine !== undefined ? { host: engine } : resolveLocalEngine(undefined, engine);
}

/** Returns the connection with the given certificates. The client key is a secret. */
export function engineConnection(
  found: EngineConnection,
  tls: EngineTls | undefined,
): Record<string, pulumi.Input<string>> & { host: string } {
  const { host, ca, cert, key } = { ...found, ...tls };
  const given = { ca, cert, key: key === undefined ? undefined : pulumi.secret(key) };
  return { host, ...Object.fromEntries(Object.entries(given).filter(([, pem]) => pem !== undefined)) };
}

/** Returns the connection over ssh. Outputs among its settings are validated once they are known. */
export function sshEngine(subject: string, ssh: SshArgs): pulumi.Output<EngineConnection> {
  const { address, user, port, identityFile, jumpHost, jumpHostKey, hostKey } = ssh;
  const given = { address, user, port, identityFile, jumpHost, jumpHostKey, hostKey };
  return pulumi.output(given).apply((known) => {
    throwIfInvalid(subject, validateSshAccess("ssh", known));
    return sshConnection(known);
  });
}

/** Returns the address at which clients reach the machine, unless the program gives another. */
export function clientAddress(connection: pulumi.Output<EngineConnection> | { host: string }): pulumi.Output<string> {
  if (pulumi.Output.isInstance(connection)) return connection.apply(machineAddress);
  // Uses only the engine's address: an Output of the whole connection would be secret, because the client key is.
  return pulumi.output(machineAddress({ host: connection.host }));
}
