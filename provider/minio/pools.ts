import type { CheckFailure } from "../runtime/resource-handler.ts";
import type { ImmutableValues } from "../../core/immutable-value.ts";
import { logLine } from "../runtime/log-line.ts";
import { type StoreByName, inspectPools } from "./decommission-status.ts";
import { validateDeclaration, validateLivePools } from "./pool-removal.ts";
import { containsUnknown } from "../runtime/diff.ts";

/** The pools of a store. */
export interface StorePools {
  /** Keys of the pools in key order, which is their order in MinIO's arguments. */
  pools?: string[];
  /** Network names of each pool's members, by pool key. Absent in states of earlier releases. */
  members?: Record<string, string[]>;
  /** The store, to check a removed pool. Without it, no pool can be removed. */
  store?: StoreByName;
}

interface RecordedPools extends StorePools {
  /** Holds the key of the only pool in states of earlier releases. */
  immutable?: ImmutableValues;
}

/**
 * Checks a change of the pools: a new pool must come after the existing ones, and a removed pool must be decommissioned.
 *
 * @param inspect inspects the running store
 */
export async function checkPools(
  olds: RecordedPools,
  news: StorePools,
  inspect = inspectPools,
): Promise<CheckFailure[]> {
  const { pools = [] } = news;
  const before = olds.pools ?? poolsOfEarlierRelease(olds.immutable);
  const kept = before.filter((key) => pools.includes(key));
  const removed = before.filter((key) => !pools.includes(key));
  const last = kept.at(-1);
  const early = pools.filter((key) => !before.includes(key) && last !== undefined && key < last);
  const reasons = [
    ...(removed.length > 0 ? await checkRemovedPools(removed, kept, olds, news, inspect) : []),
    ...early.map((key) => outOfOrder(key, kept, last ?? "")),
  ];
  // With a property name, Pulumi would print the whole value of the property before the reason.
  return reasons.map((reason) => ({ property: "", reason }));
}

function poolsOfEarlierRelease(immutable: ImmutableValues = {}): string[] {
  const value = immutable["pools"]?.value;
  return Array.isArray(value) ? value.map(String) : [];
}

/** Returns reasons against the removal of pools. If there are none, logs what happens to the pools. */
async function checkRemovedPools(
  removed: string[],
  kept: string[],
  olds: StorePools,
  { store, members = {} }: StorePools,
  inspect: typeof inspectPools,
): Promise<string[]> {
  if (!store) return removed.map(unsupportedRemoval);
  const removal = { removed, kept, previousMembers: olds.members ?? {}, members };
  const early = validateDeclaration(removal);
  if (early.length > 0) return early;
  const known = withKnownHosts(store);
  if (!known) {
    // Only happens in the preview of a run that replaces the Swarm. In `up`, everything is known here, before the store
    // changes.
    logLine(`pools ${removed.join(", ")}: \`pulumi up\` checks whether they are decommissioned`);
    return [];
  }
  const problems = await validateLivePools(removal, Object.keys(known.nodes)[0] ?? "", () => inspect(known));
  if (problems.length === 0) {
    for (const key of removed) {
      logLine(
        `pool ${key}: is decommissioned; its service is removed, its drives stay on their hosts for you to remove`,
      );
    }
  }
  return problems;
}

/** Returns the store without hosts that are only created in this run; undefined if it cannot be inspected. */
function withKnownHosts(store: StoreByName): StoreByName | undefined {
  const nodes = Object.entries(store.nodes).filter(([, node]) => !containsUnknown(node));
  if (containsUnknown(store.managers) || containsUnknown(store.swarmId) || nodes.length === 0) return undefined;
  return { ...store, nodes: Object.fromEntries(nodes) };
}

function unsupportedRemoval(key: string): string {
  return (
    `pools ${JSON.stringify(key)}: cannot be removed: this store does not support that. Restore it, or create another ` +
    "store without it and copy the data with `mc mirror`"
  );
}

function outOfOrder(key: string, kept: string[], last: string): string {
  return (
    `pools ${JSON.stringify(key)}: would come before an existing pool (${kept.join(", ")}), but MinIO needs its pools ` +
    `in a fixed order, which is that of their keys: use a key that sorts after "${last}", such as "${last}-2"`
  );
}
