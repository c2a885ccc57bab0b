import { Engine } from "../engine/engine.ts";
import type { ServiceSpec } from "../engine/types.ts";
import type { Outage } from "../preflight/attached.ts";
import type { HostToObserve } from "../preflight/observe.ts";
import { ResourceProblem } from "./values.ts";
import { done, notYet, waitFor } from "./wait.ts";

/** No node has this label: a service that asks for it runs nowhere. */
const NOWHERE = "node.labels.pulumi-swarm.outage == yes";

/** How long tasks may take to stop, in seconds; longer than any sensible grace period. */
const LIMIT = 300;

/**
 * Stops the services that hold networks which are to be made anew, and detaches them. They stay, with their volumes;
 * their own update, later in the same run, attaches them to the new network and starts them.
 */
export async function stopFor(run: { hosts: Record<string, HostToObserve>; outages?: Outage[] }): Promise<void> {
  if (!run.outages?.length) return;
  const engine = await anyManager(run.hosts);
  for (const { network, networkId, services } of run.outages) {
    for (const { id, name } of services) {
      console.log(`service ${name}: stopped until the network ${network} is made anew`);
      const { Spec, Version } = await engine.service(id);
      await engine.updateService(id, Version.Index, detached(Spec, networkId));
      await allStopped(engine, id, name);
    }
  }
}

/** The service with no task and without the network. */
export function detached(spec: ServiceSpec, networkId: string): ServiceSpec {
  const { Networks = [], Placement, ...task } = spec.TaskTemplate;
  const Constraints = [...(Placement?.Constraints ?? []).filter((constraint) => constraint !== NOWHERE), NOWHERE];
  return {
    ...spec,
    // All at once: nothing is left to serve while some are stopped.
    UpdateConfig: { ...spec.UpdateConfig, Parallelism: 0, FailureAction: "continue" },
    TaskTemplate: {
      ...task,
      Networks: Networks.filter(({ Target }) => Target !== networkId),
      Placement: { ...Placement, Constraints },
    },
  };
}

async function allStopped(engine: Engine, id: string, name: string): Promise<void> {
  await waitFor(
    async () => {
      const tasks = await engine.tasks({ service: [id] });
      const running = tasks.filter(({ Status }) => Status.State === "running");
      return running.length === 0 ? done(undefined) : notYet(`${running.length} tasks still stopping`);
    },
    { what: `service ${name}`, limitSeconds: LIMIT },
    (because) => new ResourceProblem(`service ${name} did not stop within ${LIMIT} s: ${because}`),
  );
}

async function anyManager(hosts: Record<string, HostToObserve>): Promise<Engine> {
  for (const { connection } of Object.values(hosts)) {
    const engine = new Engine(connection);
    const info = await engine.info(5_000).catch(() => undefined);
    if (info?.Swarm.ControlAvailable) return engine;
  }
  throw new ResourceProblem("no manager answers: run `pulumi up` again once one does");
}
