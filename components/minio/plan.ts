import type { Host } from "../hosts/host.ts";
import { type DataNetwork, driverOf } from "../networks/node-network/data-network.ts";
import type { MinioMode, MinioServiceArgs } from "./args.ts";
import { exposesByDefault } from "./validation/network.ts";
import { declaredOrDefaultPools } from "./validation/pools.ts";
import {
  API_PORT,
  CONSOLE_PORT,
  sortByKey,
  poolLayout,
  type PoolLayout,
  memberName,
  type Scheme,
  selectDrives,
} from "./layout/topology.ts";

/** What a store is made of, decided from plain arguments. */
export interface StorePlan {
  serviceName: string;
  mode: MinioMode;
  scheme: Scheme;
  /**
   * In key order, and in that order MinIO is told of them. To MinIO the order is for life: the first pool is the one
   * whose id a new pool takes over and whose parity counts for all. So a later pool must sort after the former ones;
   * that is refused otherwise, where it is known which ones there are (`RootCredentials`). The order in which a user
   * wrote them down would not do: a stack file is read into maps, which are sorted.
   */
  pools: PoolPlan[];
  /** The members of all pools, in key order. */
  hosts: Host[];
  /** Pool by pool; in a pool in key order of their hosts. */
  services: ServicePlan[];
  /** Names that its services would have in the other mode. */
  alternateModeServiceNames: string[];
  /** Ports on the members' hosts; absent when there are none. */
  published?: { port: number; consolePort?: number };
  /** Port of the console inside the members' network. */
  consolePort: number;
  /** Whether these are the members' own ports, which have no network but their hosts'. */
  usesHostNetwork: boolean;
}

/** Hosts that together hold erasure sets of their own. */
export interface PoolPlan {
  key: string;
  /** In key order. */
  hosts: Host[];
  /** Keys of the drives it takes of each host. */
  drives: string[];
  layout: PoolLayout;
  /** Node label of its members. */
  label: Record<string, string>;
}

/** One Swarm service of a store. */
export interface ServicePlan {
  /** Key in the output `serviceIds`. */
  key: string;
  /** What follows the component's name in the resource's. */
  role: string;
  /** Name in the Swarm. */
  serviceName: string;
  /** The pool it is of. */
  pool: PoolPlan;
  /** The hosts that run it. */
  hosts: Host[];
  mode: MinioMode;
  /** Where its tasks may run. */
  constraints: string[];
}

/** Value of the members' label. */
export const MEMBER_LABEL_VALUE = "member";

/** Label of the nodes that are a pool's members. */
export function memberLabel(serviceName: string, poolKey: string): string {
  return `pulumi-swarm.minio.${serviceName}-${poolKey}`;
}

/** The plan for arguments in which nothing is wrong. */
export function planStore(
  args: Pick<MinioServiceArgs, "pools" | "mode" | "expose" | "port" | "consolePort" | "tls"> & {
    network?: Pick<DataNetwork, "driver">;
  },
  serviceName: string,
  swarmHosts: Readonly<Record<string, Host>>,
): StorePlan {
  const { mode = "global", network = {}, port = API_PORT } = args;
  const { expose = exposesByDefault(network) } = args;
  const consolePort = args.consolePort || CONSOLE_PORT;
  const scheme = args.tls ? "https" : "http";
  const pools = planPools(args, serviceName, swarmHosts, scheme);
  const servicesIn = (wanted: MinioMode) => pools.flatMap((pool) => planServices(serviceName, pool, wanted));
  return {
    serviceName,
    mode,
    scheme,
    pools,
    hosts: sortByKey(pools.flatMap(({ hosts }) => hosts)),
    services: servicesIn(mode),
    alternateModeServiceNames: servicesIn(mode === "global" ? "replicated" : "global").map(
      ({ serviceName }) => serviceName,
    ),
    published: expose ? { port, ...(args.consolePort !== false && { consolePort }) } : undefined,
    consolePort,
    usesHostNetwork: driverOf(network) === "host",
  };
}

/** The pools by what is recorded of them: their keys in order, and the names of their members on the network. */
export function declaredPools({ pools, serviceName }: StorePlan) {
  const members = pools.map(({ key, hosts }) => [key, hosts.map(({ hostname }) => memberName(serviceName, hostname))]);
  return { pools: pools.map(({ key }) => key), members: Object.fromEntries(members) as Record<string, string[]> };
}

function planPools(
  args: Pick<MinioServiceArgs, "pools">,
  serviceName: string,
  swarmHosts: Readonly<Record<string, Host>>,
  scheme: Scheme,
): PoolPlan[] {
  const asked = Object.entries(declaredOrDefaultPools(args, swarmHosts)).map(([key, pool]) => ({ key, ...pool }));
  const hasPeers = asked.length > 1;
  return sortByKey(asked).map(({ key, hosts: hostKeys, drivesPerHost }) => {
    const hosts = sortByKey(hostKeys.flatMap((host) => swarmHosts[host] ?? []));
    const drives = hosts.slice(0, 1).flatMap((host) => selectDrives(host, drivesPerHost));
    const layout = poolLayout(serviceName, hosts, { drivesPerHost, hasPeers, scheme });
    return { key, hosts, drives, layout, label: { [memberLabel(serviceName, key)]: MEMBER_LABEL_VALUE } };
  });
}

function planServices(serviceName: string, pool: PoolPlan, mode: MinioMode): ServicePlan[] {
  const { key, hosts } = pool;
  const member = `node.labels.${memberLabel(serviceName, key)}==${MEMBER_LABEL_VALUE}`;
  const ofPool = `${serviceName}-${key}`;
  if (mode === "global") {
    return [{ key, role: key, serviceName: ofPool, pool, hosts, mode, constraints: [member] }];
  }
  return hosts.map((host) => ({
    key: `${key}/${host.key}`,
    role: `${key}-${host.key}`,
    serviceName: `${ofPool}-${host.key}`,
    pool,
    hosts: [host],
    mode,
    constraints: [member, `node.hostname==${host.hostname}`],
  }));
}
