import type { CheckFailure } from "../runtime/resource-handler.ts";
import type { ImmutableValues } from "../../core/immutable-value.ts";
import { logLine } from "../runtime/log-line.ts";
import { type StoreByName, inspectPools } from "./decommission-status.ts";
import { validateDeclaration, validateLivePools } from "./pool-removal.ts";
import { containsUnknown } from "../runtime/diff.ts";

/** The pools of a store, by key. */
export interface StorePools {
  /** Keys of its pools, in key order: the order in which MinIO is told of them. */
  pools?: string[];
  /** Names of each pool's members on the network. Absent in states of earlier releases. */
  members?: Record<string, string[]>;
  /** The store, to be asked what it has of a pool that is taken out. Of one that cannot be asked, no pool goes. */
  store?: StoreByName;
}

interface RecordedPools extends StorePools {
  /** Where releases with one pool to a store kept its key. */
  immutable?: ImmutableValues;
}

/**
 * What speaks against a change of the pools: a new one comes after the others, and one goes when MinIO has emptied it.
 * That is asked of the store itself, each time.
 */
export async function checkPools(olds: RecordedPools, news: StorePools, ask = inspectPools): Promise<CheckFailure[]> {
  const { pools = [] } = news;
  const before = olds.pools ?? poolsOfEarlierRelease(olds.immutable);
  const kept = before.filter((key) => pools.includes(key));
  const gone = before.filter((key) => !pools.includes(key));
  const last = kept.at(-1);
  const early = pools.filter((key) => !before.includes(key) && last !== undefined && key < last);
  const reasons = [
    ...(gone.length > 0 ? await checkRemovedPools(gone, kept, olds, news, ask) : []),
    ...early.map((key) => outOfOrder(key, kept, last ?? "")),
  ];
  // With a property's name Pulumi would print the property's whole value before the line.
  return reasons.map((reason) => ({ property: "", reason }));
}

function poolsOfEarlierRelease(immutable: ImmutableValues = {}): string[] {
  const value = immutable["pools"]?.value;
  return Array.isArray(value) ? value.map(String) : [];
}

/** What speaks against taking pools out; says what becomes of them when nothing does. */
async function checkRemovedPools(
  gone: string[],
  kept: string[],
  olds: StorePools,
  { store, members = {} }: StorePools,
  ask: typeof inspectPools,
): Promise<string[]> {
  if (!store) return gone.map(unsupportedRemoval);
  const removal = { removed: gone, kept, formerMembers: olds.members ?? {}, members };
  const early = validateDeclaration(removal);
  if (early.length > 0) return early;
  const asked = withKnownHosts(store);
  if (!asked) {
    // The Swarm is made anew in the same run. In `up` all is known here, and nothing of the store has changed yet.
    logLine(`pools ${gone.join(", ")}: whether MinIO has emptied what is taken out is asked in \`pulumi up\``);
    return [];
  }
  const problems = await validateLivePools(removal, Object.keys(asked.nodes)[0] ?? "", () => ask(asked));
  if (problems.length === 0) {
    for (const key of gone) {
      logLine(
        `pool ${key}: MinIO has emptied it; its service goes, its drives stay on their hosts and are yours to remove`,
      );
    }
  }
  return problems;
}

/** The store without the hosts that are only made in the same run; undefined when nobody is left to ask. */
function withKnownHosts(store: StoreByName): StoreByName | undefined {
  const nodes = Object.entries(store.nodes).filter(([, node]) => !containsUnknown(node));
  if (containsUnknown(store.managers) || containsUnknown(store.swarmId) || nodes.length === 0) return undefined;
  return { ...store, nodes: Object.fromEntries(nodes) };
}

function unsupportedRemoval(key: string): string {
  return (
    `pools ${JSON.stringify(key)}: is gone from pools, and a pool of this store stays. Put it back, or make a second ` +
    "store without it and copy the data with `mc mirror`"
  );
}

function outOfOrder(key: string, kept: string[], last: string): string {
  return (
    `pools ${JSON.stringify(key)}: would come before a pool that is there, ${kept.join(", ")}, and MinIO keeps its ` +
    `pools in order, which is that of their keys: give it a key that sorts after "${last}", as "${last}-2" does`
  );
}
