import { withManager, managerFinder } from "../swarm/with-manager.ts";
import { mcTry, type StoreLocation, mc } from "./admin-client.ts";
import { ResourceError } from "../runtime/errors.ts";

/** A store whose services are known by name: what is asked before they are made has no ids of them yet. */
export interface StoreByName extends Omit<StoreLocation, "serviceIds"> {
  /** Names of its services. */
  services: string[];
}

/** How far MinIO is with moving a pool's data to the other pools; `active` when nobody asked it to. */
export type PoolState = "active" | "decommissioning" | "decommissioned" | "failed" | "canceled";

/** A pool as the members that run see it. */
export interface LivePool {
  /** Names of its members that answer. */
  members: string[];
  /** What MinIO's own commands call it. */
  name: string;
  state: PoolState;
  /** Objects that were moved, and that could not be. */
  movedObjects: number;
  failedObjects: number;
}

export interface LivePools {
  pools: LivePool[];
  /** Whether MinIO is evening out how full the pools are. */
  isRebalancing: boolean;
}

/** What `mc admin decommission status --json` prints of each pool. */
interface McPool {
  id: number;
  cmdline: string;
  decommissionInfo?: DecommissionInfo;
}

/** How far a pool has been emptied, in MinIO's own fields. */
export interface DecommissionInfo {
  startTime?: string;
  complete?: boolean;
  failed?: boolean;
  canceled?: boolean;
  objectsDecommissioned?: number;
  objectsDecommissionedFailed?: number;
}

/** What `mc admin info --json` prints of the members. */
interface McInfo {
  info: { servers?: { endpoint: string; state: string; drives?: { pool_index: number }[] }[] };
}

/** What `mc admin rebalance status --json` prints. */
interface McRebalance {
  stoppedAt?: string;
  pools?: { status?: string }[];
}

/**
 * The pools of a store as it runs, asked of it now.
 *
 * @throws when it does not answer.
 */
export async function inspectPools(asked: StoreByName): Promise<LivePools> {
  const store = await locateStore(asked);
  const info = await mc<McInfo>(store, ["admin", "info", "local"]);
  // MinIO knows nothing of pools while it has but one, told as arguments.
  const isOne = new Set(poolIndexes(info)).size === 1;
  const told = isOne ? [] : await mc<McPool[]>(store, ["admin", "decommission", "status", "local"]);
  return { pools: toLivePools(info, told), isRebalancing: !isOne && (await isRebalancing(store)) };
}

async function locateStore({ services, ...store }: StoreByName): Promise<StoreLocation> {
  const all = await withManager(`store ${store.serviceName}`, managerFinder(store), (manager) =>
    manager.listServices(),
  );
  const live = all.filter(({ Spec }) => services.includes(Spec.Name));
  return { ...store, serviceIds: Object.fromEntries(live.map(({ ID, Spec }) => [Spec.Name, ID])) };
}

/**
 * MinIO numbers its pools. Which members are of which number is asked of itself: what was declared last need not be
 * what runs, when an `up` ended half-way.
 */
export function toLivePools(info: McInfo, told: readonly McPool[]): LivePool[] {
  const indexes = [...new Set(poolIndexes(info))].toSorted((a, b) => a - b);
  return indexes.map((index) => {
    const pool = told.find(({ id }) => id === index);
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

/** Only a member that answers tells for itself which pool it is of. */
const onlineServers = ({ info }: McInfo) => (info.servers ?? []).filter(({ state }) => state === "online");
const poolIndexes = (info: McInfo) =>
  onlineServers(info).flatMap(({ drives = [] }) => drives.map((drive) => drive.pool_index));
const memberName = ({ endpoint }: { endpoint: string }) => endpoint.replace(/:\d+$/, "");

async function isRebalancing(store: StoreLocation): Promise<boolean> {
  const answer = await mcTry<McRebalance>(store, ["admin", "rebalance", "status", "local"]);
  if (answer.ok) return answer.value.pools?.some(({ status }) => status === "Started") ?? false;
  if (/not started/i.test(answer.message)) return false;
  throw new ResourceError(`store ${store.serviceName}: mc admin rebalance status: ${answer.message}`);
}
