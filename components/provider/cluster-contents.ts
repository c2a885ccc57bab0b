import { type Engine, orMissing } from "../engine/engine.ts";
import { type Owner, PROJECT_LABEL, STACK_LABEL } from "../shared/labels.ts";
import { errorText } from "../shared/error-text.ts";
import { logLine } from "./log-line.ts";
import { ResourceProblem } from "./values.ts";
import { done, notYet, waitFor } from "./wait.ts";

/** What lives in a Swarm and goes with it, for people to read: `service web`, `network back`, `secret key`. */
export async function contentsOf(engine: Engine, options: { everything?: boolean } = {}): Promise<string[]> {
  const services = (await engine.services()).map((service) => `service ${service.Spec.Name}`);
  if (!options.everything) return services;
  const networks = (await engine.networks({ scope: ["swarm"] })).filter((network) => !network.Ingress);
  const secrets = await engine.secrets();
  return [
    ...services,
    ...networks.map((network) => `network ${network.Name}`),
    ...secrets.map((secret) => `secret ${secret.Spec.Name}`),
  ];
}

/**
 * Removes what this stack made and no longer knows of. To be called when everything else of the stack is gone: what
 * still carries its labels then was left behind by an `up` that was killed.
 */
export async function removeLeftovers(engine: Engine, owner: Owner): Promise<void> {
  const ours = { label: [`${PROJECT_LABEL}=${owner.project}`, `${STACK_LABEL}=${owner.stack}`] };
  for (const service of await engine.services(ours)) await engine.removeService(service.ID);
  for (const secret of await engine.secrets(ours)) await engine.removeSecret(secret.ID);
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
