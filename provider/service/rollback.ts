import { cancelled } from "../../engine/cancellation.ts";
import type { Engine } from "../../engine/engine.ts";
import type { ServiceSpec, TaskDetails } from "../../engine/types.ts";
import { errorMessage } from "../../engine/error-message.ts";
import { projectOntoDesired, addKeysFrom } from "./normalize-spec.ts";
import { decideRollout } from "./update-strategy.ts";
import { matchesSpec } from "./task-status.ts";
import { withManager, type FindManager } from "../swarm/with-manager.ts";
import { logLine } from "../runtime/log-line.ts";
import { switchPeers } from "./peers.ts";
import { inspectTasks } from "./task-snapshot.ts";
import type { ServiceInputs } from "./service-inputs.ts";
import { deepEqual } from "../runtime/diff.ts";
import { ResourceError, ResourceInitError } from "../runtime/errors.ts";

/** A failed change of a service. */
export interface FailedChange {
  find: FindManager;
  id: string;
  olds: ServiceInputs;
  news: ServiceInputs;
  /** The result of `findRollbackSpec` before the change. */
  previous: ServiceSpec | undefined;
  /** Names of the peers that the change removed. */
  removedPeers: readonly string[];
  /** Updates the service and waits until it is ready. */
  apply(inputs: ServiceInputs): Promise<void>;
}

/** Minimum timeout of a rollback: Swarm waits a minute for an unplaced task to stop. */
const MIN_ROLLBACK_SECONDS = 180;

const RETRY_HINT = "Correct it and run `pulumi up` again";

/**
 * Returns the spec to restore if a change fails: the live one, or the recorded one if a killed run has already started
 * the change. Returns undefined if no task ran with it.
 */
export async function findRollbackSpec(
  manager: Engine,
  id: string,
  olds: ServiceInputs,
  news: ServiceInputs,
): Promise<ServiceSpec | undefined> {
  const { Spec: live } = await manager.inspectService(id);
  const isWanted = (spec: ServiceSpec) => deepEqual(news.spec, projectOntoDesired(news.spec, spec));
  const hasStarted = isWanted(live);
  if (hasStarted && isWanted(olds.spec)) return undefined;
  // Only declared fields are compared: the Engine reports defaults of a service that it omits for a task.
  const spec = addKeysFrom(news.spec, hasStarted ? olds.spec : projectOntoDesired(olds.spec, live));
  const { tasks } = await inspectTasks(manager, id, spec, news.nodes);
  const ran = ({ Status }: TaskDetails) => Status.State === "running" || (hasStarted && Status.State === "shutdown");
  return tasks.some((task) => ran(task) && matchesSpec(task, spec)) ? spec : undefined;
}

/**
 * Undoes a failed change, if that is requested and possible. A cancelled one stays as it is, and the next `up` resumes.
 *
 * @returns the error to throw. If the change was undone, it is one that leaves Pulumi's state unchanged.
 */
export async function rollBack(error: unknown, change: FailedChange): Promise<unknown> {
  if (!(error instanceof ResourceInitError) || !(error.cause instanceof ResourceError) || cancelled.aborted)
    return error;
  const { find, id, olds, news, previous, removedPeers } = change;
  const keepChange = (reason: string) =>
    new ResourceInitError(id, { ...news, serviceId: id }, `${error.message}. ${reason}${RETRY_HINT} to resume`);
  if (news.rollback === false || !previous) return keepChange("");
  if (removedPeers.length > 0)
    return keepChange(`It is not rolled back, because ${removedPeers.join(", ")} would be missing. `);
  const name = `service ${news.spec.Name}`;
  logLine(`${name}: the change failed and is rolled back: ${error.message}`);
  try {
    const { Spec: live } = await withManager(name, find, (manager) => manager.inspectService(id));
    const rollout = decideRollout(projectOntoDesired(previous, live), previous, news.restartTogether);
    const { managers, nodes, owner, restartTogether, peers } = news;
    const timeoutSeconds = Math.max(news.timeoutSeconds, MIN_ROLLBACK_SECONDS);
    const moved = await switchPeers(find, news, { from: news.spec, to: previous, isRollback: true });
    await change.apply({
      ...olds,
      ...{ managers, nodes, owner, timeoutSeconds, restartTogether, peers },
      ...{ spec: previous, rollout, validation: undefined },
    });
    const all = [name, ...moved.map((peer) => `service ${peer}`)].join(", ");
    return new ResourceError(`${error.message}. Rolled back to the previous settings: ${all}. ${RETRY_HINT}`);
  } catch (reason) {
    return new ResourceInitError(
      id,
      olds,
      `${error.message}. Rolling back failed: ${errorMessage(reason)}. ${RETRY_HINT}`,
    );
  }
}
