import { withManager, managerFinder } from "../swarm/with-manager.ts";
import { askStore, type StoreAddress, toldByStore } from "./admin-client.ts";
import { ResourceError } from "../runtime/values.ts";

/** A store whose services are known by name: what is asked before they are made has no ids of them yet. */
export interface AskedStore extends Omit<StoreAddress, "serviceIds"> {
  /** Names of its services. */
  services: string[];
}

/** How far MinIO is with moving a pool's data to the other pools; `in-use` when nobody asked it to. */
export type PoolState = "in-use" | "emptying" | "empty" | "failed" | "canceled";

/** A pool as the members that run see it. */
export interface LivePool {
  /** Names of its members that answer. */
  members: string[];
  /** What MinIO's own commands call it. */
  name: string;
  state: PoolState;
  /** Objects that were moved, and that could not be. */
  moved: number;
  stuck: number;
}

export interface LivePools {
  pools: LivePool[];
  /** Whether MinIO is evening out how full the pools are. */
  isRebalancing: boolean;
}

/** What `mc admin decommission status --json` prints of each pool. */
interface ToldPool {
  id: number;
  cmdline: string;
  decommissionInfo?: Decommission;
}

/** How far a pool has been emptied, in MinIO's own fields. */
export interface Decommission {
  startTime?: string;
  complete?: boolean;
  failed?: boolean;
  canceled?: boolean;
  objectsDecommissioned?: number;
  objectsDecommissionedFailed?: number;
}

/** What `mc admin info --json` prints of the members. */
interface ToldInfo {
  info: { servers?: { endpoint: string; state: string; drives?: { pool_index: number }[] }[] };
}

/** What `mc admin rebalance status --json` prints. */
interface ToldRebalance {
  stoppedAt?: string;
  pools?: { status?: string }[];
}

/**
 * The pools of a store as it runs, asked of it now.
 *
 * @throws when it does not answer.
 */
export async function askPools(asked: AskedStore): Promise<LivePools> {
  const store = await addressOf(asked);
  const info = await toldByStore<ToldInfo>(store, ["admin", "info", "local"]);
  // MinIO knows nothing of pools while it has but one, told as arguments.
  const isOne = new Set(indexesOf(info)).size === 1;
  const told = isOne ? [] : await toldByStore<ToldPool[]>(store, ["admin", "decommission", "status", "local"]);
  return { pools: livePools(info, told), isRebalancing: !isOne && (await isRebalancing(store)) };
}

async function addressOf({ services, ...store }: AskedStore): Promise<StoreAddress> {
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
export function livePools(info: ToldInfo, told: readonly ToldPool[]): LivePool[] {
  const indexes = [...new Set(indexesOf(info))].toSorted((a, b) => a - b);
  return indexes.map((index) => {
    const pool = told.find(({ id }) => id === index);
    const { objectsDecommissioned: moved = 0, objectsDecommissionedFailed: stuck = 0 } = pool?.decommissionInfo ?? {};
    const members = serversOf(info).filter(({ drives = [] }) => drives.some((drive) => drive.pool_index === index));
    return { members: members.map(memberOf), name: pool?.cmdline ?? "", state: stateOf(pool), moved, stuck };
  });
}

function stateOf({ decommissionInfo }: Partial<ToldPool> = {}): PoolState {
  const { startTime = "", complete, failed, canceled } = decommissionInfo ?? {};
  if (failed) return "failed";
  if (canceled) return "canceled";
  if (complete) return "empty";
  return startTime === "" || startTime.startsWith("0001-") ? "in-use" : "emptying";
}

/** Only a member that answers tells for itself which pool it is of. */
const serversOf = ({ info }: ToldInfo) => (info.servers ?? []).filter(({ state }) => state === "online");
const indexesOf = (info: ToldInfo) =>
  serversOf(info).flatMap(({ drives = [] }) => drives.map((drive) => drive.pool_index));
const memberOf = ({ endpoint }: { endpoint: string }) => endpoint.replace(/:\d+$/, "");

async function isRebalancing(store: StoreAddress): Promise<boolean> {
  const answer = await askStore<ToldRebalance>(store, ["admin", "rebalance", "status", "local"]);
  if (answer.ok) return answer.value.pools?.some(({ status }) => status === "Started") ?? false;
  if (/not started/i.test(answer.message)) return false;
  throw new ResourceError(`store ${store.serviceName}: mc admin rebalance status: ${answer.message}`);
}
