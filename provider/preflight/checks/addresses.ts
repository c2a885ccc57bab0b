import { contains, overlaps } from "../../../core/networks/cidr.ts";
import { DEFAULT_ADDRESS_POOLS } from "../../../core/networks/address-pools.ts";
import type { SwarmDetails } from "../../../engine/types.ts";
import { deepEqual } from "../../runtime/diff.ts";
import type { NetworkRequirement, SwarmRequirement } from "../../../core/requirement.ts";
import {
  type AddressPlan,
  findOverlap,
  formatExample,
  hostAddressBlocks,
  networkBlocks,
  plannedGatewayBridges,
  usedBlocks,
} from "../address-plan.ts";
import { hostRoutes } from "../connectivity/routes.ts";
import { checkRoom } from "./address-room.ts";
import { downgradeToWarningIf, type PreflightIssue } from "./issue.ts";
import { isNode, isOurSwarm, type ClusterSnapshot } from "../snapshot.ts";

/** Rejects address pools that are in use elsewhere or too small. */
export function checkAddressPools(
  requirement: SwarmRequirement,
  networks: readonly NetworkRequirement[],
  plan: AddressPlan,
  snapshot: ClusterSnapshot,
): PreflightIssue[] {
  const { subject, addressPools } = requirement;
  const managed = Object.values(snapshot.hosts).find(({ manager }) => manager)?.manager;
  const room = checkRoom(requirement, networks, plan, snapshot);
  if (managed) return [...checkAdoptedPools(requirement, managed.swarm, snapshot), ...room];
  if (addressPools.length === 0) return [...checkDefaultPool(requirement, snapshot), ...room];
  const used = usedBlocks(snapshot);
  const overlapping = addressPools.flatMap((pool): PreflightIssue[] => {
    const use = findOverlap(pool, used);
    if (!use) return [];
    const problem = `overlaps with ${use.block}, ${use.what}: choose a pool that is free on all hosts${formatExample(16, used)}`;
    return [{ subject, check: "addresses", hosts: use.hosts, argument: "addressPools", value: pool, problem }];
  });
  return overlapping.length > 0 ? overlapping : room;
}

/** The block that Swarm takes its first networks from by default, beginning with the routing mesh. */
const DEFAULT_START = "10.0.0.0/16";

/** Warns about routes that the first networks would hide. Routes that contain the whole pool are ignored. */
function checkDefaultPool({ subject }: SwarmRequirement, snapshot: ClusterSnapshot): PreflightIssue[] {
  const route = hostRoutes(snapshot).find(
    ({ destination }) =>
      overlaps(destination, DEFAULT_START) && !DEFAULT_ADDRESS_POOLS.every((pool) => contains(destination, pool)),
  );
  if (!route) return [];
  const problem =
    `the default address pool begins at ${DEFAULT_START}, which overlaps with ${route.destination}, a route of host ` +
    `${route.host} (${route.device}): containers would not reach the machines there; choose a pool that is free on all ` +
    "hosts: it cannot be changed later";
  const about = {
    subject,
    check: "addresses",
    hosts: [route.host],
    argument: "addressPools",
    value: undefined,
  } as const;
  return [{ ...about, problem, warning: true }];
}

/** An adopted Swarm keeps its pools. Changes to a Swarm of this state are checked by the Cluster resource. */
function checkAdoptedPools(
  { subject, owner, addressPools }: SwarmRequirement,
  swarm: SwarmDetails,
  snapshot: ClusterSnapshot,
): PreflightIssue[] {
  const pools = swarm.DefaultAddrPool ?? [];
  if (addressPools.length === 0 || isOurSwarm(swarm, owner, snapshot) || deepEqual(addressPools, pools)) return [];
  const problem = `the existing Swarm was created with ${JSON.stringify(pools)} and keeps them: leave addressPools out`;
  return [{ subject, check: "addresses", hosts: [], argument: "addressPools", value: addressPools, problem }];
}

/**
 * Rejects bridge networks of a host with the address of another host: the host would send packets for it to the bridge.
 * A route to a smaller block takes precedence.
 */
export function checkBridges({ subject }: SwarmRequirement, snapshot: ClusterSnapshot): PreflightIssue[] {
  const bridges = [...networkBlocks(snapshot).filter(({ isLocal }) => isLocal), ...plannedGatewayBridges(snapshot)];
  const others = hostAddressBlocks(snapshot);
  return bridges.flatMap(({ block, hosts: [host = ""], what }) =>
    others
      .filter(({ hosts: [key] }) => key !== host)
      .filter((other) => contains(block, other.block) && !hasNarrowerRoute(host, block, other.block, snapshot))
      .map(({ hosts: [key = ""] }) =>
        downgradeToWarningIf(isNode(snapshot, host) && isNode(snapshot, key), {
          ...{ subject, check: "addresses", hosts: [key, host] },
          ...{ argument: `hosts.${key}.privateAddress`, value: snapshot.addresses[key] },
          problem:
            `is within ${block}, ${what}, which could no longer reach this host: set "default-address-pools" in ` +
            `/etc/docker/daemon.json of host ${host} to a block that is free${formatExample(16, usedBlocks(snapshot))}, ` +
            "restart Docker, and remove the network",
        }),
      ),
  );
}

function hasNarrowerRoute(host: string, block: string, address: string, snapshot: ClusterSnapshot): boolean {
  return hostRoutes(snapshot).some(
    ({ host: from, destination }) =>
      from === host && destination !== block && contains(block, destination) && contains(destination, address),
  );
}
