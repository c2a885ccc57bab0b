import { overlaps } from "../../core/networks/cidr.ts";
import {
  type AddressPool,
  DEFAULT_ADDRESS_POOLS,
  DEFAULT_SUBNET_SIZE,
  findFreeSubnets,
  LOCAL_ADDRESS_POOLS,
  suggestSubnet,
} from "../../core/networks/address-pools.ts";
import { DEFAULT_DATA_PATH_PORT } from "../../core/networks/overlay-spec.ts";
import type { NetworkRequirement, SwarmRequirement } from "../../core/requirement.ts";
import { hostRoutes } from "./connectivity/routes.ts";
import { liveNetwork } from "./live-networks.ts";
import { type ClusterSnapshot, isNode, isOurSwarm, listNetworks, networkSubnets } from "./snapshot.ts";

/** A block of addresses that is in use, or will be. */
export interface UsedBlock {
  /** In CIDR form. */
  block: string;
  /** Keys of the hosts that use it; empty if it belongs to no host in particular. */
  hosts: string[];
  /** Its user, for messages: `the network bridge on host a`. */
  what: string;
}

/** A Swarm's address pools, and its UDP port for VXLAN traffic. */
export interface AddressPlan {
  /** Whether the run creates the Swarm. */
  isNew: boolean;
  /** In the order in which they were given. Undefined: not known before the run, or no manager answers. */
  pools?: AddressPool[];
  /** Undefined for the same reasons. */
  dataPathPort?: number;
}

/** Docker's network on each host that connects tasks to networks outside the Swarm. Joining a Swarm creates it. */
const GATEWAY_BRIDGE = "docker_gwbridge";

/** Returns the existing Swarm's address plan, or that of the Swarm to create. */
export function planAddresses(requirement: SwarmRequirement | undefined, snapshot: ClusterSnapshot): AddressPlan {
  const { addressPools = [], subnetSize = DEFAULT_SUBNET_SIZE } = requirement ?? {};
  const bases = addressPools.length > 0 ? addressPools : DEFAULT_ADDRESS_POOLS;
  const isKnown = !requirement?.deferred?.some((setting) => setting === "addressPools" || setting === "subnetSize");
  const planned = isKnown ? bases.map((base) => ({ base, size: subnetSize })) : undefined;
  const live = Object.values(snapshot.hosts).find(({ manager }) => manager)?.manager?.swarm;
  const port = requirement?.dataPathPort ?? DEFAULT_DATA_PATH_PORT;
  const wanted = {
    isNew: true,
    pools: planned,
    dataPathPort: requirement?.deferred?.includes("dataPathPort") ? undefined : port,
  };
  if (!live) return willBeCreated(snapshot) ? wanted : { isNew: false };
  const size = live.SubnetSize || DEFAULT_SUBNET_SIZE;
  const pools = (live.DefaultAddrPool ?? DEFAULT_ADDRESS_POOLS).map((base) => ({ base, size }));
  const dataPathPort = live.DataPathPort || DEFAULT_DATA_PATH_PORT;
  const hasOtherSettings =
    (requirement?.dataPathPort !== undefined && requirement.dataPathPort !== dataPathPort) ||
    (addressPools.length > 0 && addressPools.join() !== (live.DefaultAddrPool ?? []).join()) ||
    (requirement?.subnetSize !== undefined && requirement.subnetSize !== size);
  const isReplaced =
    requirement !== undefined &&
    hasOtherSettings &&
    snapshot.allowOutage &&
    isOurSwarm(live, requirement.owner, snapshot);
  return isReplaced ? wanted : { isNew: false, pools, dataPathPort };
}

/** Whether there is no Swarm yet. Engines that do not answer may be managers, unless the state records nothing. */
function willBeCreated(snapshot: ClusterSnapshot): boolean {
  if (Object.keys(snapshot.hosts).some((key) => isNode(snapshot, key))) return false;
  return snapshot.unreachable.length === 0 || snapshot.recordedIds?.length === 0;
}

/** Returns the networks that get a subnet from the address pools in this run. */
export function networksWithoutSubnet(
  networks: readonly NetworkRequirement[],
  { isNew }: AddressPlan,
  snapshot: ClusterSnapshot,
): NetworkRequirement[] {
  return networks.filter(
    (network) =>
      network.settings.subnet === undefined &&
      !network.adopt &&
      network.perHostConfig === undefined &&
      !network.deferred?.includes("subnet") &&
      (isNew || liveNetwork(network, snapshot) === undefined),
  );
}

/**
 * Returns the subnets that a new Swarm takes first: one for its routing mesh, then one for each network without a subnet.
 * Docker up to 26 takes them from the pools in their order, later versions from the lowest pool.
 */
export function plannedSubnets(plan: AddressPlan, networks: readonly NetworkRequirement[]): UsedBlock[] {
  const { isNew, pools = [] } = plan;
  if (!isNew) return [];
  const orders = [pools, pools.toSorted((a, b) => compareBases(a.base, b.base))];
  const blocks = orders.flatMap((order) =>
    findFreeSubnets(order, [], 1 + networks.length).map((block, index) => ({ block, index })),
  );
  return blocks.map(({ block, index }) => ({
    block,
    hosts: [],
    what:
      index === 0
        ? "the first subnet of the address pools, which Swarm's routing mesh (network ingress) takes"
        : `one of the first subnets of the address pools, which ${networks[index - 1]!.subject} may get`,
  }));
}

function compareBases(one: string, other: string): number {
  const bytes = (base: string) => base.split(/[./]/).map((byte) => byte.padStart(3, "0"));
  return bytes(one).join().localeCompare(bytes(other).join());
}

/** Returns the subnets that Docker will assign to docker_gwbridge, on hosts that do not have it yet. */
export function plannedGatewayBridges(snapshot: ClusterSnapshot): UsedBlock[] {
  return Object.entries(snapshot.hosts).flatMap(([host, { networks, info }]) => {
    if (networks.some(({ Name }) => Name === GATEWAY_BRIDGE)) return [];
    const pools = info.DefaultAddressPools?.map(({ Base, Size }) => ({ base: Base, size: Size }));
    const routes = hostRoutes(snapshot).filter((route) => route.host === host);
    const inUse = [...networks.flatMap(networkSubnets), ...routes.map(({ destination }) => destination)];
    const what = `the subnet that Docker gives to ${GATEWAY_BRIDGE} on host ${host}`;
    return findFreeSubnets(pools ?? LOCAL_ADDRESS_POOLS, inUse, 1).map((block) => ({ block, hosts: [host], what }));
  });
}

/** Returns the subnets of existing networks, each with a host that has it. Config-only networks do not use theirs. */
export function networkBlocks(snapshot: ClusterSnapshot): (UsedBlock & { network: string; isLocal: boolean })[] {
  return listNetworks(snapshot)
    .filter(({ network }) => !network.ConfigOnly)
    .flatMap(({ network, host }) =>
      networkSubnets(network).map((block) => ({
        block,
        hosts: [host],
        what: `the network ${network.Name} on host ${host}`,
        network: network.Id,
        isLocal: network.Scope !== "swarm",
      })),
    );
}

/** Returns the hosts' routes. */
export function routeBlocks(snapshot: ClusterSnapshot): UsedBlock[] {
  return hostRoutes(snapshot).map(({ destination, device, host }) => ({
    block: destination,
    hosts: [host],
    what: `a route of host ${host} (${device})`,
  }));
}

export function hostAddressBlocks({ addresses }: ClusterSnapshot): UsedBlock[] {
  return Object.entries(addresses).map(([host, address]) => ({
    block: `${address}/32`,
    hosts: [host],
    what: `the address of host ${host}`,
  }));
}

/** Returns all blocks that are in use on the hosts, or will be before a new network is created. */
export function usedBlocks(snapshot: ClusterSnapshot): UsedBlock[] {
  const addresses = hostAddressBlocks(snapshot);
  return [...networkBlocks(snapshot), ...plannedGatewayBridges(snapshot), ...routeBlocks(snapshot), ...addresses];
}

/** Returns `, for instance 10.20.0.0/16`: a block that overlaps with none of those in use. */
export function formatExample(prefix: number, used: readonly { block: string }[]): string {
  const blocks = used.map(({ block }) => block);
  const free = suggestSubnet(prefix, blocks);
  return free === undefined ? "" : `, for instance ${free}`;
}

/** Returns the first used block that overlaps with the given one. */
export function findOverlap<T extends { block: string }>(block: string, used: readonly T[]): T | undefined {
  return used.find((other) => overlaps(block, other.block));
}
