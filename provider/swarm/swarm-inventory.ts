import { type Engine, undefinedIfNotFound } from "../../engine/engine.ts";
import { isOwned, OWNER_LABEL, type Owner } from "../../core/labels.ts";
import type { NetworkDetails } from "../../engine/types.ts";
import { errorMessage } from "../../engine/error-message.ts";
import { logLine } from "../runtime/log-line.ts";
import { ResourceError } from "../runtime/errors.ts";
import { ready, pending, waitFor } from "../runtime/poll.ts";

/** Every engine has these; a Swarm knows them by ids of its own. */
const PREDEFINED_NETWORKS = ["bridge", "host", "none"];

/** What of a Swarm belongs to a state. */
export interface OwnedObjects {
  /** Everything that carries this identity. */
  owner: Owner;
  /** Everything with one of these ids. @default none */
  ids?: ReadonlySet<string>;
}

/**
 * Lists what a Swarm holds and would take with it, for people to read: `service web`, `network back`, `secret key`.
 *
 * @param except is left out @default - nothing
 */
export async function listSwarmObjects(engine: Engine, except?: OwnedObjects): Promise<string[]> {
  const networks = (await engine.listNetworks({ scope: ["swarm"] })).filter(
    ({ Ingress, Name }) => !Ingress && !PREDEFINED_NETWORKS.includes(Name),
  );
  // A network that hosts create from parts carries no labels in the Swarm: those of its parts tell whose it is.
  const parts = await engine.listNetworks({ scope: ["local"], type: ["custom"] });
  const labelsOf = (network: NetworkDetails) =>
    network.ConfigFrom?.Network
      ? parts.find(({ Name }) => Name === network.ConfigFrom?.Network)?.Labels
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

/** Returns why a Swarm is not ended; undefined when it holds nothing else. */
export function remainingObjectsError(swarmId: string, others: readonly string[]): string | undefined {
  if (others.length === 0) return undefined;
  return (
    `Swarm ${swarmId}: it still holds what this state did not create: ${others.join(", ")}. ` +
    "Remove that first; to keep the Swarm for its owners, take it out of this state with `pulumi state delete`"
  );
}

/**
 * Removes what carries this state's identity and is no longer in the state. Called when everything else of the stack is
 * gone: what is left then was left behind by an `up` that was killed.
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

/** Docker's bridge by which Swarm tasks reach the outside; made with a Swarm, and left behind when it is left. */
const GATEWAY_BRIDGE = "docker_gwbridge";

export async function hasGatewayBridge(engine: Engine): Promise<boolean> {
  return (await undefinedIfNotFound(engine.inspectNetwork(GATEWAY_BRIDGE))) !== undefined;
}

/**
 * Removes the bridge. Just after a Swarm was left its own endpoint may still be there for a moment; what somebody else
 * has attached to it stays, and is said.
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
