import { type AddressPool, DEFAULT_ADDRESS_POOLS, findFreeSubnets } from "../../../core/networks/address-pools.ts";
import type { NetworkRequirement, SwarmRequirement } from "../../../core/requirement.ts";
import { type AddressPlan, formatExample, networkBlocks, networksWithoutSubnet, usedBlocks } from "../address-plan.ts";
import { hostKeys, type ClusterSnapshot } from "../snapshot.ts";
import type { PreflightIssue } from "./issue.ts";

/** A task, and Swarm's own endpoint on each host. */
export const ADDRESSES_PER_HOST = 2;

/** The first address of a subnet, its last and the gateway. */
const RESERVED_ADDRESSES = 3;

/**
 * Rejects pools without a subnet for each network that needs one, and subnets without an address for each host. Swarm
 * creates such networks without addresses, and their services never start.
 */
export function checkRoom(
  requirement: SwarmRequirement,
  networks: readonly NetworkRequirement[],
  plan: AddressPlan,
  snapshot: ClusterSnapshot,
): PreflightIssue[] {
  const { isNew, pools = [] } = plan;
  const networksToAllocate = networksWithoutSubnet(networks, plan, snapshot);
  const [first] = pools;
  if (!first || (networksToAllocate.length === 0 && !isNew)) return [];
  const givenSubnets = networks.flatMap(({ adopt, settings: { subnet } }) =>
    subnet && !adopt ? [{ block: subnet }] : [],
  );
  // Swarm only avoids its own networks, not the addresses that its hosts use.
  const ofSwarm = isNew ? [] : networkBlocks(snapshot).filter(({ isLocal }) => !isLocal);
  const inUse = [...ofSwarm, ...givenSubnets].map(({ block }) => block);
  const needed = [
    ...(isNew ? ["the routing mesh (network ingress)"] : []),
    ...networksToAllocate.map(({ subject }) => subject),
  ];
  const free = findFreeSubnets(pools, inUse, needed.length).length;
  // The default pool is large: only its first subnets are taken.
  const ownPools = pools
    .filter(({ base }) => !DEFAULT_ADDRESS_POOLS.includes(base))
    .map(({ base }) => ({ block: base }));
  const suggestion = (prefix: number) => formatExample(prefix, [...usedBlocks(snapshot), ...givenSubnets, ...ownPools]);
  const problem =
    free < needed.length
      ? roomProblem(pools, free, needed)
      : subnetSizeProblem(first.size, networksToAllocate.length > 0, hostKeys(snapshot).length);
  if (problem === undefined) return [];
  const about = { check: "addresses", hosts: [], problem } as const;
  if (!isNew) {
    const fix = `give a subnet outside of the pools${suggestion(24)}`;
    return networksToAllocate.map(({ subject }) => ({
      ...{ ...about, subject, argument: "subnet", value: undefined },
      problem: `${problem}; the Swarm keeps its pools: ${fix}`,
    }));
  }
  const { subject, addressPools, subnetSize } = requirement;
  const fix =
    free < needed.length
      ? `${problem}: give a larger pool${suggestion(16)}, or a larger subnetSize for smaller subnets`
      : `${problem}: give a smaller one, such as 24`;
  const given =
    free < needed.length
      ? { argument: "addressPools", value: addressPools.length > 0 ? addressPools : undefined }
      : { argument: "subnetSize", value: subnetSize };
  return [{ ...about, ...given, subject, problem: fix }];
}

function roomProblem(pools: readonly AddressPool[], free: number, needed: readonly string[]): string {
  const list = pools.map(({ base }) => base).join(", ");
  const owner = pools.length === 1 ? `the address pool ${list} has` : `the address pools ${list} have`;
  const count = free === 1 ? "one subnet" : `${free} subnets`;
  const needs = `${needed.join(", ")} ${needed.length === 1 ? "needs one" : "need one each"}`;
  return `${owner} room for ${count} of /${pools[0]?.size}, and ${needs}`;
}

/** Returns why subnets of that size are too small; undefined if they are not. */
function subnetSizeProblem(size: number, hasNetworks: boolean, hosts: number): string | undefined {
  const addresses = 2 ** (32 - size) - RESERVED_ADDRESSES;
  const wanted = hosts * (hasNetworks ? ADDRESSES_PER_HOST : 1);
  if (addresses >= wanted) return undefined;
  return (
    `a subnet of /${size} has ${addresses} addresses besides the gateway, and ${hosts} hosts need ${wanted} ` +
    "(per host one for a task and one for Swarm itself)"
  );
}
