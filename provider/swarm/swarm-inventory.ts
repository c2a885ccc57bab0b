import { type Engine, undefinedIfNotFound } from "../../engine/engine.ts";
import { isOwned, OWNER_LABEL, type Owner } from "../../core/labels.ts";
import type { NetworkDetails } from "../../engine/types.ts";
import { errorMessage } from "../../engine/error-message.ts";
import { logLine } from "../runtime/log-line.ts";
import { ResourceError } from "../runtime/errors.ts";
import { ready, pending, waitFor } from "../runtime/poll.ts";

/** Networks that every engine and every Swarm has. */
const PREDEFINED_NETWORKS = ["bridge", "host", "none"];

/** Returns whether Docker itself creates the network in every Swarm. */
export function isPredefinedNetwork({ Ingress, Name }: NetworkDetails): boolean {
  return Ingress || PREDEFINED_NETWORKS.includes(Name);
}

/** How to recognise the objects that belong to a state. */
export interface OwnedObjects {
  /** Objects with this owner's label. */
  owner: Owner;
  /** Objects with one of these ids. @default - none */
  ids?: ReadonlySet<string>;
}

/**
 * Lists the objects that are removed with a Swarm, for messages: `service web`, `network back`, `secret key`.
 *
 * @param except objects to leave out @default - none
 */
export async function listSwarmObjects(engine: Engine, except?: OwnedObjects): Promise<string[]> {
  const networks = (await engine.listNetworks({ scope: ["swarm"] })).filter((one) => !isPredefinedNetwork(one));
  // A --config-from network has no labels; those of its --config-only network name the owner.
  const configOnly = await engine.listNetworks({ scope: ["local"], type: ["custom"] });
  const labelsOf = (network: NetworkDetails) =>
    network.ConfigFrom?.Network
      ? configOnly.find(({ Name }) => Name === network.ConfigFrom?.Network)?.Labels
      : network.Labels;
  type Named = { ID: string; Spec: { Name: string; Labels?: Record<string, string> | null } };
  const named = (kind: string, all: readonly Named[]) =>
    all.map(({ ID, Spec }) => ({ id: ID, text: `${kind} ${Spec.Name}`, labels: Spec.Labels }));
  return [
    ...named("service", await engine.listServices()),
    ...networks.map((network) => ({ id: network.Id, text: `network ${network.Name}`, labels: labelsOf(network) })),
    ...named("secret", await engine.listSecrets()),
    ...named("config", await engine.listConfigs()),
  ]
    .filter(({ id, labels }) => !except || !(isOwned(labels, except.owner) || except.ids?.has(id)))
    .map(({ text }) => text);
}

/** Returns why a Swarm cannot be removed; undefined if it holds no objects of others. */
export function remainingObjectsError(swarmId: string, others: readonly string[]): string | undefined {
  if (others.length === 0) return undefined;
  return (
    `Swarm ${swarmId}: it still has objects that this state did not create: ${others.join(", ")}. ` +
    "Remove them first; to keep the Swarm for their owners, remove it from this state with `pulumi state delete`"
  );
}

/**
 * Removes all objects with this owner's label. Called after the stack's resources were deleted: whatever remains was
 * orphaned by a killed `up`.
 */
export async function removeOrphans(engine: Engine, owner: Owner): Promise<void> {
  const ours = { label: [`${OWNER_LABEL}=${owner.id}`] };
  for (const service of await engine.listServices(ours)) await engine.removeService(service.ID);
  for (const secret of await engine.listSecrets(ours)) await engine.removeSecret(secret.ID);
  for (const config of await engine.listConfigs(ours)) await engine.removeConfig(config.ID);
  for (const network of await engine.listNetworks({ ...ours, scope: ["swarm"] })) {
    // A network is in use until the tasks of the services just removed have ended; leaving the Swarm removes it too.
    await engine.removeNetwork(network.Id).catch(() => undefined);
  }
}

/** Docker's bridge between Swarm tasks and the host's networks. Docker creates it with a Swarm, but never removes it. */
const GATEWAY_BRIDGE = "docker_gwbridge";

export async function hasGatewayBridge(engine: Engine): Promise<boolean> {
  return (await undefinedIfNotFound(engine.inspectNetwork(GATEWAY_BRIDGE))) !== undefined;
}

/**
 * Removes the bridge. Its own endpoint may remain for a moment after leaving a Swarm. If something else is attached,
 * the bridge stays, and this is logged.
 */
export async function removeGatewayBridge(engine: Engine): Promise<void> {
  const timeoutSeconds = 15;
  const removal = waitFor(
    async () => {
      try {
        return ready(await undefinedIfNotFound(engine.removeNetwork(GATEWAY_BRIDGE)));
      } catch (error) {
        return pending(errorMessage(error));
      }
    },
    { subject: `network ${GATEWAY_BRIDGE}`, timeoutSeconds },
    (because) => new ResourceError(`network ${GATEWAY_BRIDGE} stays: ${because}`),
  );
  await removal.catch((error: Error) => logLine(error.message));
}
