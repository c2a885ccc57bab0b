import { errorMessage } from "../../engine/error-message.ts";
import type { LivePool, LivePools, PoolState } from "./decommission-status.ts";

/** A change that removes pools from a store. Pools are identified by their keys. */
export interface PoolRemoval {
  removed: string[];
  kept: string[];
  /** Recorded member names, by pool. */
  previousMembers: Record<string, string[]>;
  /** Declared member names, by pool. */
  members: Record<string, string[]>;
}

const UNTIL_COMPLETE = "`mc admin decommission status local` says Complete";

/** Returns reasons against the removal that follow from the declaration alone, one line each. */
export function validateDeclaration({ removed, previousMembers, members }: PoolRemoval): string[] {
  return removed.flatMap((key) => {
    const removedMembers = previousMembers[key];
    if (!removedMembers) {
      return [formatRefusal(key, "its members are not recorded", "Restore it, run `pulumi up`, and remove it then")];
    }
    const reuse = Object.entries(members).find(([, names]) => names.some((name) => removedMembers.includes(name)));
    if (!reuse) return [];
    const shared = reuse[1].filter((name) => removedMembers.includes(name)).join(", ");
    const problem = `its members ${shared} are in pool "${reuse[0]}" now`;
    return [
      formatRefusal(key, problem, "Remove the pool first, and wipe its drives before you use them in another pool"),
    ];
  });
}

/**
 * Returns reasons against the removal that follow from the running store, one line each.
 *
 * @param host the key of a host, for commands in messages
 */
export async function validateLivePools(
  removal: PoolRemoval,
  host: string,
  ask: () => Promise<LivePools>,
): Promise<string[]> {
  const { removed, kept, previousMembers } = removal;
  let live: LivePools;
  try {
    live = await ask();
  } catch (error) {
    const problem = `the store is unreachable, so whether the pool is decommissioned is unknown: ${errorMessage(error)}`;
    return removed.map((key) => formatRefusal(key, problem, "Restore it, or try again once the store answers"));
  }
  if (live.isRebalancing) {
    const fix = "Restore it until that is done, or stop that with `mc admin rebalance stop local`";
    return removed.map((key) => formatRefusal(key, "MinIO is rebalancing its pools", fix));
  }
  const leaving = removed.flatMap(
    (key) => validateRemovedPool(key, previousMembers[key] ?? [], live.pools, host) ?? [],
  );
  if (leaving.length > 0) return leaving;
  return kept.flatMap((key) => validateKeptPool(key, removal, live.pools, host) ?? []);
}

function validateRemovedPool(
  key: string,
  members: readonly string[],
  pools: readonly LivePool[],
  host: string,
): string | undefined {
  const [pool, ...others] = poolsWithMembers(members, pools);
  if (!pool || others.length > 0 || !pool.members.every((name) => members.includes(name))) {
    const problem = `none of its members (${members.join(", ")}) is online in a pool that has only these members`;
    return formatRefusal(key, problem, "Restore it, and remove it after a successful `pulumi up`");
  }
  const start = `with ${formatCommand(`start local ${pool.name}`, host)}, and remove it once ${UNTIL_COMPLETE}`;
  const refusals: Record<Exclude<PoolState, "decommissioned">, [problem: string, fix: string]> = {
    active: ["it still holds data", `Restore it in \`pools\`, start decommissioning ${start}`],
    decommissioning: [
      `MinIO is still moving its data to the other pools (${pool.movedObjects} objects so far)`,
      `Restore it until ${UNTIL_COMPLETE}`,
    ],
    failed: [
      `MinIO could not move all of its data to the other pools (${pool.failedObjects} objects remain)`,
      `Restore it, start decommissioning again ${start}`,
    ],
    canceled: ["its decommissioning was canceled", `Restore it, start decommissioning again ${start}`],
  };
  return pool.state === "decommissioned" ? undefined : formatRefusal(key, ...refusals[pool.state]);
}

/** MinIO resumes a decommissioning when it starts, and fails to start if it does not find the pool by its name. */
function validateKeptPool(
  key: string,
  { removed, previousMembers }: PoolRemoval,
  pools: readonly LivePool[],
  host: string,
): string | undefined {
  const busy = poolsWithMembers(previousMembers[key] ?? [], pools).find(
    ({ state }) => state === "decommissioning" || state === "failed",
  );
  if (!busy) return undefined;
  return formatRefusal(
    removed.join(", "),
    `MinIO is still decommissioning pool "${key}"`,
    `Restore it until that is Complete, or cancel that with ${formatCommand(`cancel local ${busy.name}`, host)}`,
  );
}

function poolsWithMembers(members: readonly string[], pools: readonly LivePool[]): LivePool[] {
  return pools.filter((pool) => pool.members.some((name) => members.includes(name)));
}

function formatRefusal(key: string, problem: string, fix: string): string {
  return `pools ${JSON.stringify(key)}: cannot be removed: ${problem}. ${fix}`;
}

/** Returns the command to run. Users with their own program run the part after the host's key in a store container. */
function formatCommand(command: string, host: string): string {
  return `\`npm run exec -- ${host} mc admin decommission ${command}\``;
}
