import type { EngineConnection } from "../engine/connection.ts";
import { Engine } from "../engine/engine.ts";
import { hasShell } from "../engine/shell.ts";
import { errorText } from "../shared/error-text.ts";
import { isUnknown, ResourceProblem, same } from "./values.ts";
import { done, notYet, waitFor } from "./wait.ts";

/** The engines of a Swarm's managers, by host key. */
export type Managers = Record<string, EngineConnection>;

/** How long a manager may take to say that it is one, in milliseconds; by ssh there is somebody to be let in first. */
const PATIENCE = 5_000;
const SSH_PATIENCE = 15_000;

/** How long a locked manager is waited for, in seconds: the Cluster unlocks it, side by side with what asks here. */
const UNLOCKING = 20;

/** The managers that any resource has named in this run, and the one that answered last; by Swarm. */
const known = new Map<string, EngineConnection[]>();
const last = new Map<string, EngineConnection>();

/**
 * Makes managers known for the rest of the run. A resource that is taken away only knows those of its own last change,
 * which may have gone since.
 */
export function remember(managers: Managers, swarmId: string): void {
  known.set(swarmId, candidates(managers, swarmId));
}

/**
 * Whether a record of managers no longer serves, and has to be renewed. It serves as long as it names more of today's
 * managers than may fail without the Swarm losing its quorum: then one of those it names answers whenever the Swarm
 * does. So a manager more or less is a change of the Cluster, which always knows all, and of nothing else.
 */
export function isOutdated(recorded: Managers | undefined, now: Managers): boolean {
  if (typeof now !== "object") return true;
  const today = Object.values(now);
  const named = Object.values(recorded ?? {});
  const still = today.filter((manager) => !isUnknown(manager) && named.some((one) => same(one, manager)));
  return still.length <= Math.floor((today.length - 1) / 2);
}

/**
 * A manager of the Swarm that answers; any will do. Undefined when none of them is part of that Swarm any more.
 *
 * @throws when that cannot be told: one does not answer, is locked, or sees no quorum.
 */
export async function findManager(managers: Managers, swarmId: string): Promise<Engine | undefined> {
  remember(managers, swarmId);
  const latest = last.get(swarmId);
  if (latest && (await asked(latest, swarmId)) === "manager") return new Engine(latest);
  const found = await waitFor(
    async () => {
      const answers = await askAll(candidates(managers, swarmId), swarmId);
      // Left out of the search, a locked manager would pass for one that has left.
      return "silent" in answers && answers.locked ? notYet(answers.silent.join("; ")) : done(answers);
    },
    { what: "managers", limitSeconds: UNLOCKING },
    (because) => new ResourceProblem(`no manager of the Swarm ${swarmId} answers: ${because}`),
  );
  if ("manager" in found) {
    last.set(swarmId, found.manager);
    return new Engine(found.manager);
  }
  if (found.silent.length === 0) return undefined;
  throw new ResourceProblem(`no manager of the Swarm ${swarmId} answers: ${found.silent.join("; ")}`);
}

/** A manager of the Swarm that answers. */
export async function requireManager(managers: Managers, swarmId: string): Promise<Engine> {
  const engine = await findManager(managers, swarmId);
  if (engine) return engine;
  const keys = Object.keys(managers).join(", ");
  throw new ResourceProblem(
    `none of the hosts ${keys} is a manager of the Swarm ${swarmId} any more: ` +
      "run `pulumi refresh` so that what is gone is made anew, or bring the Swarm back",
  );
}

/** The managers whose engines are locked and wait for the unlock key. Those that are silent are left out. */
export async function lockedManagers(managers: Managers, patience = PATIENCE): Promise<[string, Engine][]> {
  const engines = Object.entries(managers).filter(([, connection]) => !isUnknown(connection));
  const looked = await Promise.all(
    engines.map(async ([key, connection]): Promise<[string, Engine][]> => {
      const engine = new Engine(connection);
      const info = await engine.info(patience).catch(() => undefined);
      return info?.Swarm.LocalNodeState === "locked" ? [[key, engine]] : [];
    }),
  );
  return looked.flat();
}

function candidates(managers: Managers, swarmId: string): EngineConnection[] {
  const before = known.get(swarmId) ?? [];
  const more = Object.values(managers).filter(
    (connection) => !isUnknown(connection) && !before.some((one) => same(one, connection)),
  );
  return [...before, ...more];
}

type Answers = { manager: EngineConnection } | { silent: string[]; locked: boolean };

/** Asks all at once; the first that is a manager is the answer, so that one that is down costs no time. */
async function askAll(connections: EngineConnection[], swarmId: string): Promise<Answers> {
  const asking = connections.map((connection) => asked(connection, swarmId));
  const first = asking.map(async (asked, at) => {
    if ((await asked) !== "manager") throw new Error("it is not this one");
    return { manager: connections[at]! };
  });
  return Promise.any(first).catch(async () => {
    const answers = await Promise.all(asking);
    const silent = answers.flatMap((answer, at) => {
      if (answer === "locked") return `the manager at ${connections[at]!.host} is locked: \`pulumi up\` unlocks it`;
      return typeof answer === "object" ? answer.because : [];
    });
    return { silent, locked: answers.includes("locked") };
  });
}

/** What an engine is to the Swarm. */
async function asked(
  connection: EngineConnection,
  swarmId: string,
): Promise<"manager" | "stranger" | "locked" | { because: string }> {
  try {
    const { Swarm } = await new Engine(connection).info(hasShell(connection) ? SSH_PATIENCE : PATIENCE);
    if (Swarm.LocalNodeState === "locked") return "locked";
    if (!Swarm.ControlAvailable) return "stranger";
    if (Swarm.Cluster?.ID) return Swarm.Cluster.ID === swarmId ? "manager" : "stranger";
    // It cannot tell which Swarm it manages as long as too few of its managers see each other.
    return { because: `the manager at ${connection.host} sees no quorum (${Swarm.Error || "no leader"})` };
  } catch (error) {
    return { because: errorText(error) };
  }
}
