import type { Deadline } from "../../engine/deadline.ts";
import { Engine, undefinedIfNotFound } from "../../engine/engine.ts";
import { engineTimeout } from "../../engine/timeouts.ts";
import type { ServiceSpec, TaskDetails } from "../../engine/types.ts";
import type { OrphanedNetwork, PlannedOutage } from "../preflight/live-networks.ts";
import type { HostTarget } from "../preflight/collect-snapshot.ts";
import { withManager, type FindManager, waitWithManager } from "../swarm/with-manager.ts";
import { logLine } from "../runtime/log-line.ts";
import { updateServiceSpec } from "../swarm/optimistic-update.ts";
import { NoManagerError, ResourceError } from "../runtime/errors.ts";
import { ready, pending } from "../runtime/poll.ts";

/** No node has this label, so a service with this constraint runs nowhere. */
const UNSCHEDULABLE_CONSTRAINT = "node.labels.pulumi-swarm.outage == yes";

/** States in which a task no longer uses a network. */
const ENDED_STATES = ["complete", "shutdown", "failed", "rejected", "remove", "orphaned"];

/** How long tasks may take to stop, in seconds: longer than any sensible grace period. */
const STOP_SECONDS = 300;

/** Networks to release before the other resources change. */
export interface NetworkRelease {
  /** Networks to remove, because a killed `up` orphaned them. */
  orphanedNetworks: OrphanedNetwork[];
  /** Services to stop and detach, because their networks are replaced. */
  outages: PlannedOutage[];
}

/**
 * Removes orphaned networks, and stops and detaches services of networks that are replaced. The services keep their
 * volumes; their own update, later in the same run, attaches them to the new network and starts them.
 */
export async function releaseNetworks(
  run: Partial<NetworkRelease> & { hosts: Record<string, HostTarget> },
): Promise<void> {
  const { orphanedNetworks = [], outages = [] } = run;
  if (orphanedNetworks.length + outages.length === 0) return;
  const find: FindManager = (deadline) => findAnyManager(run.hosts, deadline);
  for (const { network, networkId } of orphanedNetworks) {
    await withManager(`network ${network}`, find, (manager) => undefinedIfNotFound(manager.removeNetwork(networkId)));
  }
  for (const { network, networkId, services } of outages) {
    for (const service of services) {
      const { id, name } = service;
      logLine(`service ${name}: stopped until the network ${network} is recreated`);
      await updateServiceSpec(find, id, ({ Spec }) => detachNetwork(Spec, networkId));
      await waitForTasksStopped(find, service, networkId);
    }
  }
}

/** Returns the service's spec without the network and with a constraint that leaves it without tasks. */
export function detachNetwork(spec: ServiceSpec, networkId: string): ServiceSpec {
  const { Networks = [], Placement, ...task } = spec.TaskTemplate;
  const Constraints = [
    ...(Placement?.Constraints ?? []).filter((constraint) => constraint !== UNSCHEDULABLE_CONSTRAINT),
    UNSCHEDULABLE_CONSTRAINT,
  ];
  return {
    ...spec,
    // Stops all tasks at once, as the service is down anyway.
    UpdateConfig: { ...spec.UpdateConfig, Parallelism: 0, FailureAction: "continue" },
    TaskTemplate: {
      ...task,
      Networks: Networks.filter(({ Target }) => Target !== networkId),
      Placement: { ...Placement, Constraints },
    },
  };
}

async function waitForTasksStopped(
  find: FindManager,
  { id, name }: { id: string; name: string },
  networkId: string,
): Promise<void> {
  await waitWithManager(
    find,
    async (manager) => {
      const holding = (await manager.listTasks({ service: [id] })).filter((task) => usesNetwork(task, networkId));
      return holding.length === 0 ? ready(undefined) : pending(`tasks still stopping: ${holding.length}`);
    },
    { subject: `service ${name}`, timeoutSeconds: STOP_SECONDS },
    (because) => new ResourceError(`service ${name} did not stop within ${STOP_SECONDS} s: ${because}`),
  );
}

function usesNetwork({ Status, NetworksAttachments = [] }: TaskDetails, networkId: string): boolean {
  return !ENDED_STATES.includes(Status.State) && NetworksAttachments.some(({ Network }) => Network.ID === networkId);
}

async function findAnyManager(hosts: Record<string, HostTarget>, deadline?: Deadline): Promise<Engine> {
  const asked = Object.values(hosts).map(async ({ connection }) => {
    const engine = new Engine(connection, deadline);
    if (!(await engine.info(engineTimeout(connection))).Swarm.ControlAvailable) throw new Error("not a manager");
    return engine;
  });
  return Promise.any(asked).catch(() => {
    throw new NoManagerError("no manager of the Swarm answers: run `pulumi up` again once one does", true);
  });
}
