import { DEFAULT_ADDRESS_POOLS, DEFAULT_SUBNET_SIZE, findFreeSubnets } from "../../core/networks/address-pools.ts";
import type { Engine } from "../../engine/engine.ts";
import type { NetworkDetails, SwarmDetails } from "../../engine/types.ts";
import { ResourceError } from "../runtime/errors.ts";
import { pending, ready } from "../runtime/poll.ts";
import { type FindManager, waitWithManager } from "../swarm/with-manager.ts";

/** How long Swarm may take to give a network its driver and addresses, in seconds. Usually it takes milliseconds. */
const ALLOCATION_SECONDS = 10;

/**
 * Waits until Swarm has given the networks their driver and addresses. The Engine creates a network without them if its
 * subnet is taken or the address pools are used up, and only writes the reason into its log. Tasks on such a network stay in
 * the state `new`.
 *
 * @param ids networks of the Swarm; others are ignored
 * @throws ResourceError with the reason
 */
export async function waitForAllocation(find: FindManager, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await waitWithManager(
    find,
    async (manager) => {
      const networks = await manager.listNetworks();
      const unallocated = networks.filter((network) => ids.includes(network.Id) && !isAllocated(network));
      if (unallocated.length === 0) return ready(undefined);
      return pending(await describeUnallocated(manager, unallocated, networks));
    },
    { subject: `networks ${ids.join(", ")}`, timeoutSeconds: ALLOCATION_SECONDS },
    (reason) => new ResourceError(reason),
  );
}

/** Whether Swarm has allocated the network. Networks of a single host are always allocated. */
export function isAllocated({ Scope, Driver }: Pick<NetworkDetails, "Scope" | "Driver">): boolean {
  return Scope !== "swarm" || Driver !== "";
}

async function describeUnallocated(
  manager: Engine,
  unallocated: readonly NetworkDetails[],
  networks: readonly NetworkDetails[],
): Promise<string> {
  const reason = allocationProblem(networks, await manager.inspectSwarm());
  return unallocated
    .map(
      ({ Name, Id }) =>
        `network ${Name}: Swarm has given it no addresses, so no task on it starts: ${reason}. The log of the leader's ` +
        `engine has more after "Failed allocation for network ${Id}"`,
    )
    .join("\n");
}

/** Returns why Swarm cannot give addresses to a network. The engine does not report which subnet was requested. */
export function allocationProblem(
  networks: readonly Pick<NetworkDetails, "Name" | "Scope" | "IPAM">[],
  { DefaultAddrPool, SubnetSize }: Pick<SwarmDetails, "DefaultAddrPool" | "SubnetSize">,
): string {
  const pools = DefaultAddrPool ?? DEFAULT_ADDRESS_POOLS;
  const size = SubnetSize || DEFAULT_SUBNET_SIZE;
  const used = networks
    .filter(({ Scope }) => Scope === "swarm")
    .flatMap(({ Name, IPAM }) => (IPAM.Config ?? []).flatMap(({ Subnet }) => (Subnet ? [{ Name, Subnet }] : [])));
  const free = findFreeSubnets(
    pools.map((base) => ({ base, size })),
    used.map(({ Subnet }) => Subnet),
    1,
  );
  const list = used.map(({ Name, Subnet }) => `${Name} ${Subnet}`).join(", ");
  return free.length > 0
    ? `its subnet overlaps with that of another network of the Swarm (${list}): give it another subnet, or none`
    : `the address pools (${pools.join(", ")}) have no free /${size} left (in use: ${list}): give it a subnet outside of ` +
        "them, or remove a network";
}
