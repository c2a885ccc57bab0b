import { isIP } from "node:net";
import type { SwarmInfo } from "../../engine/types.ts";
import { isLoopback, isSameAddress } from "../../core/ip-address.ts";

/** Instructions for giving a host a new node. They keep its volumes, and the quorum of the Swarm and of the store. */
export const REJOIN =
  "let the host join again: `docker node demote` it if it is a manager, `docker swarm leave --force` there, restart Docker " +
  "there, `docker node rm --force` its old node, then `npm run up` (`pulumi up --refresh --run-program`); one host at a " +
  "time, while the store is healthy";

/** VXLAN drops packets of a node that come from another address than the Swarm knows. */
const SOURCE =
  "; its packets to the other hosts then have to come from the new address (`ip route get <host>` shows `src`): move hosts " +
  "to another network all together, with `npm run down`, which keeps the data, and `npm run up`";

const READDRESS_LAST_MANAGER =
  "make another host a manager first; a Swarm with one host has to be created again (`npm run down`, which " +
  "keeps the data in volumes, and `npm run up`)";

/** Returns how to give a running node another address. */
export function howToReaddress({ ControlAvailable, Managers }: Partial<SwarmInfo> = {}): string {
  return ControlAvailable && Managers === 1 ? READDRESS_LAST_MANAGER : REJOIN + SOURCE;
}

/**
 * Returns why a running node does not have a host's `privateAddress`; undefined if it does. A loopback address is
 * ignored: it is the default of a host without `privateAddress`, and others may have created its Swarm.
 */
export function otherNodeAddress(privateAddress: string, swarm: SwarmInfo): string | undefined {
  const { LocalNodeState: state, NodeAddr: now } = swarm;
  if (state === "inactive" || isIP(now) === 0 || isLoopback(privateAddress)) return undefined;
  if (isSameAddress(now, privateAddress)) return undefined;
  return `its node joined the Swarm with ${now} and keeps it: give ${now}; to change it, ${howToReaddress(swarm)}`;
}
