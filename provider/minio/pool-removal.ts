import { errorMessage } from "../../engine/error-message.ts";
import type { LivePool, LivePools, PoolState } from "./decommission-status.ts";

/** A change that takes pools out of a store, by their keys. */
export interface PoolRemoval {
  removed: string[];
  kept: string[];
  /** Names of the members by pool, as they are on record. */
  formerMembers: Record<string, string[]>;
  /** The same as they are to be. */
  members: Record<string, string[]>;
}

const UNTIL_COMPLETE = "`mc admin decommission status local` says Complete";

/** What speaks against it already as it is declared, one line each. */
export function validateDeclaration({ removed, formerMembers, members }: PoolRemoval): string[] {
  return removed.flatMap((key) => {
    const mine = formerMembers[key];
    if (!mine) {
      return [
        formatRefusal(key, "its members are not on record", "Put it back, run `pulumi up`, and take it out then"),
      ];
    }
    const again = Object.entries(members).find(([, names]) => names.some((name) => mine.includes(name)));
    if (!again) return [];
    const shared = again[1].filter((name) => mine.includes(name)).join(", ");
    const because = `its members ${shared} are in pool "${again[0]}" now`;
    return [formatRefusal(key, because, "Take it out first, and empty its drives before they serve in another pool")];
  });
}

/**
 * What of the store as it runs speaks against it, one line each.
 *
 * @param host a host's key, for the commands in the messages.
 */
export async function validateLivePools(
  removal: PoolRemoval,
  host: string,
  ask: () => Promise<LivePools>,
): Promise<string[]> {
  const { removed, kept, formerMembers } = removal;
  let live: LivePools;
  try {
    live = await ask();
  } catch (error) {
    const because = `the store cannot be asked whether MinIO has emptied it: ${errorMessage(error)}`;
    return removed.map((key) => formatRefusal(key, because, "Put it back, or try again once the store answers"));
  }
  if (live.isRebalancing) {
    const wayOut = "Put it back until that is done, or end it with `mc admin rebalance stop local`";
    return removed.map((key) => formatRefusal(key, "MinIO is rebalancing its pools", wayOut));
  }
  const leaving = removed.flatMap((key) => validateRemovedPool(key, formerMembers[key] ?? [], live.pools, host) ?? []);
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
    const because = `none of its members answers as one of a pool of their own (${members.join(", ")})`;
    return formatRefusal(key, because, "Put it back, and take it out when `pulumi up` has ended well with it");
  }
  const begin = `with ${formatCommand(`start local ${pool.name}`, host)}, and take it out when ${UNTIL_COMPLETE}`;
  const notYet: Record<Exclude<PoolState, "decommissioned">, [because: string, wayOut: string]> = {
    active: ["holds its part of the data", `Put it back, have MinIO move that to the other pools ${begin}`],
    decommissioning: [
      `MinIO is still moving its data to the other pools (${pool.movedObjects} objects so far)`,
      `Put it back until ${UNTIL_COMPLETE}`,
    ],
    failed: [
      `MinIO could not move all of its data to the other pools (${pool.failedObjects} objects stayed)`,
      `Put it back, begin again ${begin}`,
    ],
    canceled: ["moving its data to the other pools was canceled", `Put it back, begin again ${begin}`],
  };
  return pool.state === "decommissioned" ? undefined : formatRefusal(key, ...notYet[pool.state]);
}

/** MinIO resumes what it was at by itself, and does not start where it no longer finds the pool by its name. */
function validateKeptPool(
  key: string,
  { removed, formerMembers }: PoolRemoval,
  pools: readonly LivePool[],
  host: string,
): string | undefined {
  const busy = poolsWithMembers(formerMembers[key] ?? [], pools).find(
    ({ state }) => state === "decommissioning" || state === "failed",
  );
  if (!busy) return undefined;
  return formatRefusal(
    removed.join(", "),
    `MinIO is not done with emptying pool "${key}"`,
    `Put it back until that is Complete, or end it with ${formatCommand(`cancel local ${busy.name}`, host)}`,
  );
}

function poolsWithMembers(members: readonly string[], pools: readonly LivePool[]): LivePool[] {
  return pools.filter((pool) => pool.members.some((name) => members.includes(name)));
}

function formatRefusal(key: string, because: string, wayOut: string): string {
  return `pools ${JSON.stringify(key)}: is gone from pools, and ${because}. ${wayOut}`;
}

/** In a program of one's own it is the part behind the host's key, in a container of the store. */
function formatCommand(command: string, host: string): string {
  return `\`npm run exec -- ${host} mc admin decommission ${command}\``;
}
