import { errorMessage } from "../../engine/error-message.ts";
import type { LivePool, LivePools, PoolState } from "./decommission-status.ts";

/** A change that takes pools out of a store, by their keys. */
export interface PoolRemoval {
  gone: string[];
  kept: string[];
  /** Names of the members by pool, as they are on record. */
  before: Record<string, string[]>;
  /** The same as they are to be. */
  members: Record<string, string[]>;
}

const STATUS = "`mc admin decommission status local` says Complete";

/** What speaks against it already as it is declared, one line each. */
export function declaredProblems({ gone, before, members }: PoolRemoval): string[] {
  return gone.flatMap((key) => {
    const mine = before[key];
    if (!mine) {
      return [refused(key, "its members are not on record", "Put it back, run `pulumi up`, and take it out then")];
    }
    const again = Object.entries(members).find(([, names]) => names.some((name) => mine.includes(name)));
    if (!again) return [];
    const shared = again[1].filter((name) => mine.includes(name)).join(", ");
    const because = `its members ${shared} are in pool "${again[0]}" now`;
    return [refused(key, because, "Take it out first, and empty its drives before they serve in another pool")];
  });
}

/**
 * What of the store as it runs speaks against it, one line each.
 *
 * @param host a host's key, for the commands in the messages.
 */
export async function liveProblems(
  removal: PoolRemoval,
  host: string,
  ask: () => Promise<LivePools>,
): Promise<string[]> {
  const { gone, kept, before } = removal;
  let live: LivePools;
  try {
    live = await ask();
  } catch (error) {
    const because = `the store cannot be asked whether MinIO has emptied it: ${errorMessage(error)}`;
    return gone.map((key) => refused(key, because, "Put it back, or try again once the store answers"));
  }
  if (live.isRebalancing) {
    const wayOut = "Put it back until that is done, or end it with `mc admin rebalance stop local`";
    return gone.map((key) => refused(key, "MinIO is rebalancing its pools", wayOut));
  }
  const leaving = gone.flatMap((key) => goneProblem(key, before[key] ?? [], live.pools, host) ?? []);
  if (leaving.length > 0) return leaving;
  return kept.flatMap((key) => keptProblem(key, removal, live.pools, host) ?? []);
}

function goneProblem(
  key: string,
  members: readonly string[],
  pools: readonly LivePool[],
  host: string,
): string | undefined {
  const [pool, ...others] = poolsWith(members, pools);
  if (!pool || others.length > 0 || !pool.members.every((name) => members.includes(name))) {
    const because = `none of its members answers as one of a pool of their own (${members.join(", ")})`;
    return refused(key, because, "Put it back, and take it out when `pulumi up` has ended well with it");
  }
  const begin = `with ${commandLine(`start local ${pool.name}`, host)}, and take it out when ${STATUS}`;
  const notYet: Record<Exclude<PoolState, "empty">, [because: string, wayOut: string]> = {
    "in-use": ["holds its part of the data", `Put it back, have MinIO move that to the other pools ${begin}`],
    emptying: [
      `MinIO is still moving its data to the other pools (${pool.moved} objects so far)`,
      `Put it back until ${STATUS}`,
    ],
    failed: [
      `MinIO could not move all of its data to the other pools (${pool.stuck} objects stayed)`,
      `Put it back, begin again ${begin}`,
    ],
    canceled: ["moving its data to the other pools was canceled", `Put it back, begin again ${begin}`],
  };
  return pool.state === "empty" ? undefined : refused(key, ...notYet[pool.state]);
}

/** MinIO resumes what it was at by itself, and does not start where it no longer finds the pool by its name. */
function keptProblem(
  key: string,
  { gone, before }: PoolRemoval,
  pools: readonly LivePool[],
  host: string,
): string | undefined {
  const busy = poolsWith(before[key] ?? [], pools).find(({ state }) => state === "emptying" || state === "failed");
  if (!busy) return undefined;
  return refused(
    gone.join(", "),
    `MinIO is not done with emptying pool "${key}"`,
    `Put it back until that is Complete, or end it with ${commandLine(`cancel local ${busy.name}`, host)}`,
  );
}

function poolsWith(members: readonly string[], pools: readonly LivePool[]): LivePool[] {
  return pools.filter((pool) => pool.members.some((name) => members.includes(name)));
}

function refused(key: string, because: string, wayOut: string): string {
  return `pools ${JSON.stringify(key)}: is gone from pools, and ${because}. ${wayOut}`;
}

/** In a program of one's own it is the part behind the host's key, in a container of the store. */
function commandLine(command: string, host: string): string {
  return `\`npm run exec -- ${host} mc admin decommission ${command}\``;
}
