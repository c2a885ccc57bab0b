// The only requests that components/ sends to engines itself: it leaves all others to the provider. The docker provider
// needs a manager that answers before Pulumi compares its networks and secrets, in a preview as well. A resource could not
// name one: its output is unknown, or still the manager of the last `up`, which may be down.
import type { EngineConnection } from "../../engine/engine-connection.ts";
import { Engine } from "../../engine/engine.ts";
import { pause } from "../../engine/pause.ts";
import { electionTimeout, engineTimeout } from "../../engine/timeouts.ts";

/** How long to wait for managers to elect a leader, in milliseconds. */
const ELECTION_MS = 20_000;
/** Polling interval during an election, in milliseconds. */
const RETRY_INTERVAL_MS = 500;

/**
 * Returns the first manager that answers and sees a leader, because the docker provider fails at once without a leader.
 * Tries the manager of the last `up` first. Returns undefined if none answers.
 */
export async function firstReachableManager(
  engines: readonly EngineConnection[],
  recorded: string | undefined,
): Promise<EngineConnection | undefined> {
  const isRecorded = ({ host }: EngineConnection) => host === recorded;
  const ordered = [...engines.filter(isRecorded), ...engines.filter((engine) => !isRecorded(engine))];
  for (const end = performance.now() + ELECTION_MS; ; await pause(RETRY_INTERVAL_MS)) {
    const inspections = ordered.map((engine) =>
      inspectManager(engine, isRecorded(engine) ? engineTimeout : electionTimeout),
    );
    let leaderless: EngineConnection | undefined;
    for (const [at, inspection] of inspections.entries()) {
      const found = await inspection;
      if (found?.seesLeader) return ordered[at];
      if (found) leaderless ??= ordered[at];
    }
    // All managers may be locked: then the manager of the last `up` is as good as any.
    if (!leaderless) return ordered.find(isRecorded);
    if (performance.now() >= end) return leaderless;
  }
}

/** Returns undefined for an engine that is unreachable or not a manager. */
async function inspectManager(
  connection: EngineConnection,
  timeoutMs: (connection: EngineConnection) => number,
): Promise<{ seesLeader: boolean } | undefined> {
  const info = await new Engine(connection).info(timeoutMs(connection)).catch(() => undefined);
  // Without a leader a manager does not report the id of its Swarm.
  return info?.Swarm.ControlAvailable ? { seesLeader: Boolean(info.Swarm.Cluster?.ID) } : undefined;
}
