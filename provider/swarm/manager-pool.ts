import type { EngineConnection } from "../../engine/engine-connection.ts";
import type { Deadline } from "../../engine/deadline.ts";
import { Engine } from "../../engine/engine.ts";
import { isTransient } from "../../engine/errors.ts";
import { electionTimeout, engineTimeout } from "../../engine/timeouts.ts";
import { errorMessage } from "../../engine/error-message.ts";
import { containsUnknown, deepEqual } from "../runtime/diff.ts";
import { NoManagerError, ResourceError } from "../runtime/errors.ts";
import { ready, pending, waitFor } from "../runtime/poll.ts";

/** The engines of a Swarm's managers, by host key. */
export type Managers = Record<string, EngineConnection>;

/**
 * How long to wait for managers that may soon answer, in seconds: the Cluster may be unlocking locked managers at the
 * same time, and managers without a quorum may be about to regain it.
 */
const RECOVERY_SECONDS = 20;

/** The managers that any resource has named in this run, by Swarm id. */
const registered = new Map<string, EngineConnection[]>();
/** The manager that answered last, by Swarm id. */
const lastAnswering = new Map<string, EngineConnection>();

/**
 * Adds managers to those known for the rest of the run. A resource that is being deleted only recorded the managers of
 * its own last update, which may have left since.
 */
export function registerManagers(managers: Managers, swarmId: string): void {
  registered.set(swarmId, candidates(managers, swarmId));
}

/**
 * Returns whether a resource's recorded managers must be updated: only if so many of the present managers are missing
 * that the Swarm could have a quorum without any recorded one. Adding or removing one manager therefore only updates
 * the Cluster, which always records all managers.
 */
export function needsManagerUpdate(recorded: Managers | undefined, now: Managers): boolean {
  if (typeof now !== "object") return true;
  const present = Object.values(now);
  const recordedEngines = Object.values(recorded ?? {});
  const remaining = present.filter(
    (manager) => !containsUnknown(manager) && recordedEngines.some((one) => deepEqual(one, manager)),
  );
  return remaining.length <= Math.floor((present.length - 1) / 2);
}

/**
 * Returns any manager of the Swarm that answers; undefined if all engines answer and none is in that Swarm any more.
 *
 * @param within deadline for the lookup and for later requests to the returned engine @default - none
 * @throws NoManagerError when this cannot be determined: a manager is unreachable, locked, or sees no quorum.
 */
export async function findManager(managers: Managers, swarmId: string, within?: Deadline): Promise<Engine | undefined> {
  registerManagers(managers, swarmId);
  const limit = (ms: number) => within?.cap(ms) ?? ms;
  const latest = lastAnswering.get(swarmId);
  if (latest && (await stillManages(latest, swarmId, limit(engineTimeout(latest))))) return new Engine(latest, within);
  const unreachable = (reasons: string, isTransient: boolean) =>
    new NoManagerError(`no manager of the Swarm ${swarmId} answers: ${reasons}`, isTransient);
  const found = await waitFor(
    async () => {
      const results = await probeAll(candidates(managers, swarmId), swarmId, limit);
      return "reasons" in results && results.isRecovering ? pending(results.reasons.join("; ")) : ready(results);
    },
    { subject: "managers", timeoutSeconds: RECOVERY_SECONDS, outerDeadline: within },
    (because) => unreachable(because, true),
  );
  if ("manager" in found) {
    lastAnswering.set(swarmId, found.manager);
    return new Engine(found.manager, within);
  }
  if (found.reasons.length === 0) return undefined;
  throw unreachable(found.reasons.join("; "), found.isTransient);
}

/** Returns a manager like `findManager`. @throws ResourceError when none of the engines is in the Swarm any more. */
export async function requireManager(managers: Managers, swarmId: string, within?: Deadline): Promise<Engine> {
  const engine = await findManager(managers, swarmId, within);
  if (engine) return engine;
  const keys = Object.keys(managers).join(", ");
  throw new ResourceError(
    `none of the hosts ${keys} is a manager of the Swarm ${swarmId} any more: ` +
      "run `pulumi refresh` so that the next `pulumi up` recreates it, or restore the Swarm",
  );
}

/** Returns the managers that are locked and need the unlock key. Leaves out unreachable ones. */
export async function lockedManagers(managers: Managers, timeoutMs?: number): Promise<[string, Engine][]> {
  const engines = Object.entries(managers).filter(([, connection]) => !containsUnknown(connection));
  const locked = await Promise.all(
    engines.map(async ([key, connection]): Promise<[string, Engine][]> => {
      const engine = new Engine(connection);
      const info = await engine.info(timeoutMs ?? engineTimeout(connection)).catch(() => undefined);
      return info?.Swarm.LocalNodeState === "locked" ? [[key, engine]] : [];
    }),
  );
  return locked.flat();
}

function candidates(managers: Managers, swarmId: string): EngineConnection[] {
  const before = registered.get(swarmId) ?? [];
  const more = Object.values(managers).filter(
    (connection) => !containsUnknown(connection) && !before.some((one) => deepEqual(one, connection)),
  );
  return [...before, ...more];
}

/** A manager that answers, or why none does: no reasons if all engines answered and are not in the Swarm. */
type ProbeResults = { manager: EngineConnection } | { reasons: string[]; isRecovering: boolean; isTransient: boolean };

/** Probes all engines at once and returns the first manager, so that one that is down costs no time. */
async function probeAll(
  connections: EngineConnection[],
  swarmId: string,
  limit: (ms: number) => number,
): Promise<ProbeResults> {
  const probes = connections.map((connection) => probe(connection, swarmId, limit(electionTimeout(connection))));
  const first = probes.map(async (result, at) => {
    if ((await result) !== "manager") throw new Error("not a manager of this Swarm");
    return { manager: connections[at]! };
  });
  return Promise.any(first).catch(async () => {
    const failures = (await Promise.all(probes)).filter((result) => typeof result === "object");
    return {
      reasons: failures.map(({ reason }) => reason),
      isRecovering: failures.some((failure) => failure.isRecovering),
      isTransient: failures.some((failure) => failure.isTransient),
    };
  });
}

/**
 * Returns whether a manager still answers for the Swarm. `GET /swarm` needs a leader, like everything that follows.
 * Unlike `GET /info` it starts no programs: an engine runs `runc --version` and `docker-init --version` for each of those.
 */
async function stillManages(connection: EngineConnection, swarmId: string, timeoutMs: number): Promise<boolean> {
  const swarm = await new Engine(connection).inspectSwarm(timeoutMs).catch(() => undefined);
  return swarm?.ID === swarmId;
}

type ProbeResult = "manager" | "not in Swarm" | { reason: string; isRecovering: boolean; isTransient: boolean };

const recovering = (reason: string): ProbeResult => ({ reason, isRecovering: true, isTransient: true });

/** Returns an engine's relation to the Swarm. A locked manager must not count as one that has left. */
async function probe(connection: EngineConnection, swarmId: string, timeoutMs: number): Promise<ProbeResult> {
  const manager = `the manager at ${connection.host}`;
  try {
    const { Swarm } = await new Engine(connection).info(timeoutMs);
    if (Swarm.LocalNodeState === "locked") {
      return recovering(`${manager} is locked: \`pulumi up\` unlocks it`);
    }
    // An engine that has just started does not know its role yet.
    if (Swarm.LocalNodeState === "pending") {
      return recovering(`${manager} is still starting`);
    }
    if (!Swarm.ControlAvailable) return "not in Swarm";
    if (Swarm.Cluster?.ID) return Swarm.Cluster.ID === swarmId ? "manager" : "not in Swarm";
    // Without a quorum a manager does not know its Swarm's id.
    return recovering(`${manager} sees no quorum (${Swarm.Error || "no leader"})`);
  } catch (error) {
    return { reason: errorMessage(error), isRecovering: false, isTransient: isTransient(error) };
  }
}
