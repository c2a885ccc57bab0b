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
 * How long managers are waited for that cannot answer yet, in seconds: those that are locked are unlocked by the
 * Cluster, side by side with what asks here, and those that see no quorum may be about to have one.
 */
const RECOVERY_SECONDS = 20;

/** The managers that any resource has named in this run, and the one that answered last; by Swarm. */
const registered = new Map<string, EngineConnection[]>();
const lastAnswering = new Map<string, EngineConnection>();

/**
 * Makes managers known for the rest of the run. A resource that is taken away only knows those of its own last change,
 * which may have gone since.
 */
export function registerManagers(managers: Managers, swarmId: string): void {
  registered.set(swarmId, candidates(managers, swarmId));
}

/**
 * Whether a record of managers no longer serves, and has to be renewed. It serves as long as it names more of today's
 * managers than may fail without the Swarm losing its quorum: then one of those it names answers whenever the Swarm
 * does. So a manager more or less is a change of the Cluster, which always knows all, and of nothing else.
 */
export function needsManagerUpdate(recorded: Managers | undefined, now: Managers): boolean {
  if (typeof now !== "object") return true;
  const today = Object.values(now);
  const named = Object.values(recorded ?? {});
  const still = today.filter((manager) => !containsUnknown(manager) && named.some((one) => deepEqual(one, manager)));
  return still.length <= Math.floor((today.length - 1) / 2);
}

/**
 * A manager of the Swarm that answers; any will do. Undefined when none of them is part of that Swarm any more.
 *
 * @param within by when it has to answer; that holds for what the engine is asked then, too @default - no such limit
 * @throws NoManagerError when that cannot be told: one does not answer, is locked, or sees no quorum.
 */
export async function findManager(managers: Managers, swarmId: string, within?: Deadline): Promise<Engine | undefined> {
  registerManagers(managers, swarmId);
  const patience = (ms: number) => within?.cap(ms) ?? ms;
  const latest = lastAnswering.get(swarmId);
  if (latest && (await probe(latest, swarmId, patience(engineTimeout(latest)))) === "manager") {
    return new Engine(latest, within);
  }
  const silence = (reasons: string, isTransient: boolean) =>
    new NoManagerError(`no manager of the Swarm ${swarmId} answers: ${reasons}`, isTransient);
  const found = await waitFor(
    async () => {
      const answers = await probeAll(candidates(managers, swarmId), swarmId, patience);
      return "silent" in answers && answers.comingBack ? pending(answers.silent.join("; ")) : ready(answers);
    },
    { subject: "managers", timeoutSeconds: RECOVERY_SECONDS, outerDeadline: within },
    (because) => silence(because, true),
  );
  if ("manager" in found) {
    lastAnswering.set(swarmId, found.manager);
    return new Engine(found.manager, within);
  }
  if (found.silent.length === 0) return undefined;
  throw silence(found.silent.join("; "), found.mayPass);
}

/** A manager of the Swarm that answers. */
export async function requireManager(managers: Managers, swarmId: string, within?: Deadline): Promise<Engine> {
  const engine = await findManager(managers, swarmId, within);
  if (engine) return engine;
  const keys = Object.keys(managers).join(", ");
  throw new ResourceError(
    `none of the hosts ${keys} is a manager of the Swarm ${swarmId} any more: ` +
      "run `pulumi refresh` so that what is gone is made anew, or bring the Swarm back",
  );
}

/** The managers whose engines are locked and wait for the unlock key. Those that are silent are left out. */
export async function lockedManagers(managers: Managers, patience?: number): Promise<[string, Engine][]> {
  const engines = Object.entries(managers).filter(([, connection]) => !containsUnknown(connection));
  const looked = await Promise.all(
    engines.map(async ([key, connection]): Promise<[string, Engine][]> => {
      const engine = new Engine(connection);
      const info = await engine.info(patience ?? engineTimeout(connection)).catch(() => undefined);
      return info?.Swarm.LocalNodeState === "locked" ? [[key, engine]] : [];
    }),
  );
  return looked.flat();
}

function candidates(managers: Managers, swarmId: string): EngineConnection[] {
  const before = registered.get(swarmId) ?? [];
  const more = Object.values(managers).filter(
    (connection) => !containsUnknown(connection) && !before.some((one) => deepEqual(one, connection)),
  );
  return [...before, ...more];
}

type ProbeResults = { manager: EngineConnection } | { silent: string[]; comingBack: boolean; mayPass: boolean };

/** Asks all at once; the first that is a manager is the answer, so that one that is down costs no time. */
async function probeAll(
  connections: EngineConnection[],
  swarmId: string,
  patience: (ms: number) => number,
): Promise<ProbeResults> {
  const asking = connections.map((connection) => probe(connection, swarmId, patience(electionTimeout(connection))));
  const first = asking.map(async (asked, at) => {
    if ((await asked) !== "manager") throw new Error("it is not this one");
    return { manager: connections[at]! };
  });
  return Promise.any(first).catch(async () => {
    const answers = await Promise.all(asking);
    const silent = answers.filter((answer) => typeof answer === "object");
    return {
      silent: silent.map(({ because }) => because),
      comingBack: silent.some((answer) => answer.comingBack),
      mayPass: silent.some((answer) => answer.mayPass),
    };
  });
}

type ProbeResult = "manager" | "stranger" | { because: string; comingBack: boolean; mayPass: boolean };

/** What an engine is to the Swarm. Taken for a stranger, a locked manager would pass for one that has left. */
async function probe(connection: EngineConnection, swarmId: string, patience: number): Promise<ProbeResult> {
  const manager = `the manager at ${connection.host}`;
  try {
    const { Swarm } = await new Engine(connection).info(patience);
    if (Swarm.LocalNodeState === "locked") {
      return { because: `${manager} is locked: \`pulumi up\` unlocks it`, comingBack: true, mayPass: true };
    }
    // An engine that has just started does not know yet what it is.
    if (Swarm.LocalNodeState === "pending") {
      return { because: `${manager} is still starting`, comingBack: true, mayPass: true };
    }
    if (!Swarm.ControlAvailable) return "stranger";
    if (Swarm.Cluster?.ID) return Swarm.Cluster.ID === swarmId ? "manager" : "stranger";
    // It cannot tell which Swarm it manages as long as too few of its managers see each other.
    return { because: `${manager} sees no quorum (${Swarm.Error || "no leader"})`, comingBack: true, mayPass: true };
  } catch (error) {
    return { because: errorMessage(error), comingBack: false, mayPass: isTransient(error) };
  }
}
