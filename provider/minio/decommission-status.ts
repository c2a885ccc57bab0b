import { withManager, managerFinder } from "../swarm/with-manager.ts";
import { mcTry, type StoreLocation, mc } from "./admin-client.ts";
import { ResourceError } from "../runtime/errors.ts";

/** The location of a store by the names of its services, for use before their ids are known. */
export interface StoreByName extends Omit<StoreLocation, "serviceIds"> {
  /** Names of the store's services. */
  services: string[];
}

/** The state of a pool's decommissioning; `active` if it was never started. */
export type PoolState = "active" | "decommissioning" | "decommissioned" | "failed" | "canceled";

/** A pool as reported by the running members. */
export interface LivePool {
  /** Names of its members that are online. */
  members: string[];
  /** The pool's name in `mc admin decommission`. */
  name: string;
  state: PoolState;
  movedObjects: number;
  failedObjects: number;
}

export interface LivePools {
  pools: LivePool[];
  isRebalancing: boolean;
}

/** A pool in the output of `mc admin decommission status --json`. */
interface McPool {
  id: number;
  cmdline: string;
  decommissionInfo?: DecommissionInfo;
}

/** The progress of a decommissioning, in the fields of `mc`. */
export interface DecommissionInfo {
  startTime?: string;
  complete?: boolean;
  failed?: boolean;
  canceled?: boolean;
  objectsDecommissioned?: number;
  objectsDecommissionedFailed?: number;
}

/** The output of `mc admin info --json`. */
interface McInfo {
  info: { servers?: { endpoint: string; state: string; drives?: { pool_index: number }[] }[] };
}

/** The output of `mc admin rebalance status --json`. */
interface McRebalance {
  stoppedAt?: string;
  pools?: { status?: string }[];
}

/**
 * Inspects the pools of a running store.
 *
 * @throws ResourceError if the store does not answer.
 */
export async function inspectPools(storeByName: StoreByName): Promise<LivePools> {
  const store = await locateStore(storeByName);
  const info = await mc<McInfo>(store, ["admin", "info", "local"]);
  // MinIO rejects decommission commands while it has only one pool, given as arguments.
  const isSinglePool = new Set(poolIndexes(info)).size === 1;
  const pools = isSinglePool ? [] : await mc<McPool[]>(store, ["admin", "decommission", "status", "local"]);
  return { pools: toLivePools(info, pools), isRebalancing: !isSinglePool && (await isRebalancing(store)) };
}

async function locateStore({ services, ...store }: StoreByName): Promise<StoreLocation> {
  const all = await withManager(`store ${store.serviceName}`, managerFinder(store), (manager) =>
    manager.listServices(),
  );
  const live = all.filter(({ Spec }) => services.includes(Spec.Name));
  return { ...store, serviceIds: Object.fromEntries(live.map(({ ID, Spec }) => [Spec.Name, ID])) };
}

/**
 * Returns the pools with their members. MinIO numbers its pools; it reports which members belong to which number. The
 * recorded pools may differ from the running ones if an `up` was interrupted.
 */
export function toLivePools(info: McInfo, pools: readonly McPool[]): LivePool[] {
  const indexes = [...new Set(poolIndexes(info))].toSorted((a, b) => a - b);
  return indexes.map((index) => {
    const pool = pools.find(({ id }) => id === index);
    const { objectsDecommissioned: movedObjects = 0, objectsDecommissionedFailed: failedObjects = 0 } =
      pool?.decommissionInfo ?? {};
    const members = onlineServers(info).filter(({ drives = [] }) => drives.some((drive) => drive.pool_index === index));
    return {
      members: members.map(memberName),
      name: pool?.cmdline ?? "",
      state: toPoolState(pool),
      movedObjects,
      failedObjects,
    };
  });
}

function toPoolState({ decommissionInfo }: Partial<McPool> = {}): PoolState {
  const { startTime = "", complete, failed, canceled } = decommissionInfo ?? {};
  if (failed) return "failed";
  if (canceled) return "canceled";
  if (complete) return "decommissioned";
  return startTime === "" || startTime.startsWith("0001-") ? "active" : "decommissioning";
}

/** Returns the members that are online: only they report their pool. */
const onlineServers = ({ info }: McInfo) => (info.servers ?? []).filter(({ state }) => state === "online");
const poolIndexes = (info: McInfo) =>
  onlineServers(info).flatMap(({ drives = [] }) => drives.map((drive) => drive.pool_index));
const memberName = ({ endpoint }: { endpoint: string }) => endpoint.replace(/:\d+$/, "");

async function isRebalancing(store: StoreLocation): Promise<boolean> {
  const result = await mcTry<McRebalance>(store, ["admin", "rebalance", "status", "local"]);
  if (result.ok) return result.value.pools?.some(({ status }) => status === "Started") ?? false;
  if (/not started/i.test(result.message)) return false;
  throw new ResourceError(`store ${store.serviceName}: mc admin rebalance status: ${result.message}`);
}
