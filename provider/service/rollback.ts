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

/** A change of a service that failed, and what there is to go back to. */
export interface FailedChange {
  find: FindManager;
  id: string;
  olds: ServiceInputs;
  news: ServiceInputs;
  /** What `formerSpec` found before the change. */
  previous: ServiceSpec | undefined;
  /** Services that the change removed. */
  removedPeers: readonly string[];
  /** Gives the service these settings and waits until it is ready. */
  apply(inputs: ServiceInputs): Promise<void>;
}

/** The least time for a service to be ready again: Swarm waits a minute for a task that never had a place. */
const MIN_ROLLBACK_SECONDS = 180;

const RETRY_HINT = "Correct it and run `pulumi up` again";

/**
 * The settings that a service goes back to if its change fails: those that it has. Where a killed run has begun with the
 * change, they are those on record. Undefined when no task ran with them: then there is nothing to go back to.
 */
export async function findRollbackSpec(
  manager: Engine,
  id: string,
  olds: ServiceInputs,
  news: ServiceInputs,
): Promise<ServiceSpec | undefined> {
  const { Spec: live } = await manager.inspectService(id);
  const isWanted = (spec: ServiceSpec) => deepEqual(news.spec, projectOntoDesired(news.spec, spec));
  const hasBegun = isWanted(live);
  if (hasBegun && isWanted(olds.spec)) return undefined;
  // Not all of the live service: of a task the Engine does not tell every default that it tells of a service.
  const spec = addKeysFrom(news.spec, hasBegun ? olds.spec : projectOntoDesired(olds.spec, live));
  const { tasks } = await inspectTasks(manager, id, spec, news.nodes);
  const ran = ({ Status }: TaskDetails) => Status.State === "running" || (hasBegun && Status.State === "shutdown");
  return tasks.some((task) => ran(task) && matchesSpec(task, spec)) ? spec : undefined;
}

/**
 * Undoes a change that failed, where that is wanted and possible.
 *
 * @returns the error that tells of it. A change that was undone leaves Pulumi's record as it was.
 */
export async function rollBack(error: unknown, change: FailedChange): Promise<unknown> {
  if (!(error instanceof ResourceInitError) || !(error.cause instanceof ResourceError)) return error;
  const { find, id, olds, news, previous, removedPeers } = change;
  const goesOn = (why: string) =>
    new ResourceInitError(
      id,
      { ...news, serviceId: id },
      `${error.message}. ${why}${RETRY_HINT}: it goes on from there`,
    );
  if (news.rollback === false || !previous) return goesOn("");
  if (removedPeers.length > 0)
    return goesOn(`It is not rolled back, for ${removedPeers.join(", ")} would be missing. `);
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
    return new ResourceError(`${error.message}. Rolled back: ${all} with the former settings again. ${RETRY_HINT}`);
  } catch (reason) {
    return new ResourceInitError(
      id,
      olds,
      `${error.message}. Rolling back failed: ${errorMessage(reason)}. ${RETRY_HINT}`,
    );
  }
}
