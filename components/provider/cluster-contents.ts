import { type Engine, orMissing } from "../engine/engine.ts";
import { isOwned, OWNER_LABEL, type Owner } from "../shared/labels.ts";
import type { NetworkDetails } from "../engine/types.ts";
import { errorText } from "../shared/error-text.ts";
import { logLine } from "./log-line.ts";
import { ResourceProblem } from "./values.ts";
import { done, notYet, waitFor } from "./wait.ts";

/** Every engine has these; a Swarm knows them by ids of its own. */
const PREDEFINED_NETWORKS = ["bridge", "host", "none"];

/**
 * Lists what a Swarm holds and would take with it, for people to read: `service web`, `network back`, `secret key`.
 * `except` leaves out what carries that owner's identity.
 */
export async function contentsOf(engine: Engine, { except }: { except?: Owner } = {}): Promise<string[]> {
  const networks = (await engine.networks({ scope: ["swarm"] })).filter(
    ({ Ingress, Name }) => !Ingress && !PREDEFINED_NETWORKS.includes(Name),
  );
  // A network that hosts create from parts carries no labels in the Swarm: those of its parts tell whose it is.
  const parts = await engine.networks({ scope: ["local"], type: ["custom"] });
  const labelsOf = (network: NetworkDetails) =>
    network.ConfigFrom?.Network
      ? parts.find(({ Name }) => Name === network.ConfigFrom?.Network)?.Labels
      : network.Labels;
  const named = (kind: string, all: readonly { Spec: { Name: string; Labels?: Record<string, string> | null } }[]) =>
    all.map(({ Spec }) => ({ text: `${kind} ${Spec.Name}`, labels: Spec.Labels }));
  return [
    ...named("service", await engine.services()),
    ...networks.map((network) => ({ text: `network ${network.Name}`, labels: labelsOf(network) })),
    ...named("secret", await engine.secrets()),
    ...named("config", await engine.configs()),
  ]
    .filter(({ labels }) => except === undefined || !isOwned(labels, except))
    .map(({ text }) => text);
}

/**
 * Removes what carries this state's identity and is no longer in the state. Called when everything else of the stack is
 * gone: what is left then was left behind by an `up` that was killed.
 */
export async function removeLeftovers(engine: Engine, owner: Owner): Promise<void> {
  const ours = { label: [`${OWNER_LABEL}=${owner.id}`] };
  for (const service of await engine.services(ours)) await engine.removeService(service.ID);
  for (const secret of await engine.secrets(ours)) await engine.removeSecret(secret.ID);
  for (const config of await engine.configs(ours)) await engine.removeConfig(config.ID);
  for (const network of await engine.networks({ ...ours, scope: ["swarm"] })) {
    // A network is in use until the tasks of the services just removed have ended; leaving the Swarm removes it too.
    await engine.removeNetwork(network.Id).catch(() => undefined);
  }
}

/** Docker's bridge by which Swarm tasks reach the outside; made with a Swarm, and left behind when it is left. */
const BRIDGE = "docker_gwbridge";

export async function hasBridge(engine: Engine): Promise<boolean> {
  return (await orMissing(engine.network(BRIDGE))) !== undefined;
}

/**
 * Removes the bridge. Just after a Swarm was left its own endpoint may still be there for a moment; what somebody else
 * has attached to it stays, and is said.
 */
export async function removeBridge(engine: Engine): Promise<void> {
  const limitSeconds = 15;
  const removal = waitFor(
    async () => {
      try {
        return done(await orMissing(engine.removeNetwork(BRIDGE)));
      } catch (error) {
        return notYet(errorText(error));
      }
    },
    { what: `network ${BRIDGE}`, limitSeconds },
    (because) => new ResourceProblem(`network ${BRIDGE} stays: ${because}`),
  );
  await removal.catch((error: Error) => logLine(error.message));
}
