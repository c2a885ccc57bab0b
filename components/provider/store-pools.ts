import type { CheckFailure } from "./handler.ts";
import type { Frozen } from "./frozen.ts";

/** The pools of a store, by key. */
export interface StorePools {
  /** Keys of its pools, in key order: the order in which MinIO is told of them. */
  pools?: string[];
}

interface FormerPools extends StorePools {
  /** Where releases with one pool to a store kept its key. */
  frozen?: Frozen;
}

/** What speaks against a change of the pools: each stays, in its place. */
export function poolFailures(olds: FormerPools, { pools = [] }: StorePools): CheckFailure[] {
  const before = olds.pools ?? formerKeys(olds.frozen);
  const kept = before.filter((key) => pools.includes(key));
  const gone = before.filter((key) => !pools.includes(key));
  const last = kept.at(-1);
  const early = pools.filter((key) => !before.includes(key) && last !== undefined && key < last);
  const reasons = [...gone.map(removal), ...early.map((key) => misplaced(key, kept, last ?? ""))];
  // With a property's name Pulumi would print the property's whole value before the line.
  return reasons.map((reason) => ({ property: "", reason }));
}

function formerKeys(frozen: Frozen = {}): string[] {
  const value = frozen["pools"]?.value;
  return Array.isArray(value) ? value.map(String) : [];
}

function removal(key: string): string {
  return (
    `pools ${JSON.stringify(key)}: is gone from pools and holds its part of the data. Put it back. To empty it, have ` +
    "MinIO move its data to the other pools: `npm run exec -- mc admin decommission status local` lists the pools, in " +
    "key order, `… mc admin decommission start local <pool>` begins; once the list says Complete it takes no more " +
    "writes. An empty pool stays declared, or the data is copied to a second store with `mc mirror`"
  );
}

function misplaced(key: string, kept: string[], last: string): string {
  return (
    `pools ${JSON.stringify(key)}: would come before a pool that is there, ${kept.join(", ")}, and MinIO keeps its ` +
    `pools in order, which is that of their keys: give it a key that sorts after "${last}", as "${last}-2" does`
  );
}
