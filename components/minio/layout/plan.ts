import type * as pulumi from "@pulumi/pulumi";
import type { Host } from "../../hosts/host.ts";
import { type DataNetwork, driverOf, isL2Attached } from "../../networks/node-network/data-network.ts";
import { mapInput } from "../../shared/inputs.ts";
import type { MinioMode, MinioServiceArgs } from "../args.ts";
import { declaredOrDefaultPools, exposesByDefault } from "./defaults.ts";
import {
  API_PORT,
  CONSOLE_PORT,
  sortByKey,
  poolLayout,
  type PoolLayout,
  memberNames,
  type Scheme,
  selectDrives,
  toMemberHost,
} from "./topology.ts";

/** The services, members and ports of a store, derived from its plain arguments. */
export interface StorePlan {
  serviceName: string;
  mode: MinioMode;
  scheme: Scheme;
  /**
   * In key order, which is also the order of MinIO's arguments. MinIO does not allow it to change: new pools take the
   * id of the first one, and its parity applies to all. A new pool must therefore sort after the existing ones;
   * `RootCredentials`, which records them, rejects others. The order in the user's program cannot be used instead,
   * because stack files are read into sorted maps.
   */
  pools: PoolPlan[];
  /** The members of all pools, in key order. */
  hosts: Host[];
  /** By pool, then by host key. */
  services: ServicePlan[];
  /** Names of the services in the other `mode`. */
  alternateModeServiceNames: string[];
  /** Published ports on the members' hosts; absent if nothing is published. */
  published?: { port: number; consolePort?: number };
  /** Port of the console within the store's networks. */
  consolePort: number;
  /** Whether clients reach the console at the port to which MinIO redirects browsers, on a member's own address. */
  isConsoleReachable: boolean;
  /** Whether members use their hosts' network, where their ports need no publishing. */
  usesHostNetwork: boolean;
}

/** A server pool: hosts with drives that form erasure sets. */
export interface PoolPlan {
  key: string;
  /** In key order. */
  hosts: Host[];
  /** Keys of the drives that the pool uses on each host. */
  drives: string[];
  layout: PoolLayout;
  /** Label of its members' nodes. */
  label: Record<string, string>;
}

/** One Swarm service of a store. */
export interface ServicePlan {
  /** Key in the output `serviceIds`. */
  key: string;
  /** Suffix of the resource's name, after the component's. */
  role: string;
  /** Name in the Swarm. */
  serviceName: string;
  /** The pool that it belongs to. */
  pool: PoolPlan;
  /** The hosts that run it. */
  hosts: Host[];
  mode: MinioMode;
  /** Placement constraints of its tasks. */
  constraints: pulumi.Input<string>[];
}

/** Value of the label of members' nodes. */
export const MEMBER_LABEL_VALUE = "member";

/** Returns the label key of a pool's nodes. */
export function memberLabel(serviceName: string, poolKey: string): string {
  return `pulumi-swarm.minio.${serviceName}-${poolKey}`;
}

/** Plans a store from valid arguments. */
export function planStore(
  args: Pick<MinioServiceArgs, "pools" | "mode" | "expose" | "port" | "console" | "consolePort" | "tls"> & {
    network?: Pick<DataNetwork, "driver">;
  },
  serviceName: string,
  swarmHosts: Readonly<Record<string, Host>>,
): StorePlan {
  const { mode = "global", network = {}, port = API_PORT, console = true, consolePort = CONSOLE_PORT } = args;
  const { expose = exposesByDefault(network) } = args;
  const usesHostNetwork = driverOf(network) === "host";
  const scheme = args.tls ? "https" : "http";
  const pools = planPools(args, serviceName, swarmHosts, scheme);
  const servicesIn = (mode: MinioMode) => pools.flatMap((pool) => planServices(serviceName, pool, mode));
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
    published: expose ? { port, ...(console && { consolePort }) } : undefined,
    consolePort,
    isConsoleReachable: expose ? console : isL2Attached(network) || usesHostNetwork,
    usesHostNetwork,
  };
}

/** Returns the pools' keys in order and their members' names on the network, for `RootCredentials` to record. */
export function declaredPools({ pools, serviceName }: StorePlan) {
  const members = pools.map(({ key, hosts }) => [key, memberNames(serviceName, hosts)]);
  return {
    pools: pools.map(({ key }) => key),
    members: Object.fromEntries(members) as Record<string, pulumi.Input<string>[]>,
  };
}

function planPools(
  args: Pick<MinioServiceArgs, "pools">,
  serviceName: string,
  swarmHosts: Readonly<Record<string, Host>>,
  scheme: Scheme,
): PoolPlan[] {
  const pools = Object.entries(declaredOrDefaultPools(args, swarmHosts)).map(([key, pool]) => ({ key, ...pool }));
  const hasPeers = pools.length > 1;
  return sortByKey(pools).map(({ key, hosts: hostKeys, drivesPerHost }) => {
    const hosts = sortByKey(hostKeys.flatMap((host) => swarmHosts[host] ?? []));
    const drives = hosts.slice(0, 1).flatMap((host) => selectDrives(host, drivesPerHost));
    const layout = poolLayout(serviceName, hosts.map(toMemberHost), { drivesPerHost, hasPeers, scheme });
    return { key, hosts, drives, layout, label: { [memberLabel(serviceName, key)]: MEMBER_LABEL_VALUE } };
  });
}

function planServices(serviceName: string, pool: PoolPlan, mode: MinioMode): ServicePlan[] {
  const { key, hosts } = pool;
  const isMember = `node.labels.${memberLabel(serviceName, key)}==${MEMBER_LABEL_VALUE}`;
  const poolServiceName = `${serviceName}-${key}`;
  if (mode === "global") {
    return [{ key, role: key, serviceName: poolServiceName, pool, hosts, mode, constraints: [isMember] }];
  }
  return hosts.map((host) => ({
    key: `${key}/${host.key}`,
    role: `${key}-${host.key}`,
    serviceName: `${poolServiceName}-${host.key}`,
    pool,
    hosts: [host],
    mode,
    constraints: [isMember, mapInput(toMemberHost(host).hostname, (name) => `node.hostname==${name}`)],
  }));
}
