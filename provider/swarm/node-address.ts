import { isIP } from "node:net";
import type { SwarmInfo } from "../../engine/types.ts";
import { isLoopback, isSameAddress } from "../../core/ip-address.ts";

/** How a host gets a node with another address. Its volumes, and the quorum of Swarm and store, survive this. */
const REJOIN =
  "let the host join again: `docker node demote` it if it is a manager, `docker swarm leave` there, restart Docker there, " +
  "`docker node rm` its old node, then `npm run up` (`pulumi up --refresh --run-program`); one host at a time, while the " +
  "store is healthy";

const REJOIN_LAST_MANAGER =
  "make another host a manager first; a Swarm with one host has to be created again (`npm run down`, which " +
  "keeps the data in volumes, and `npm run up`)";

/** Returns how to give a running node another address. */
export function howToRejoin({ ControlAvailable, Managers }: Partial<SwarmInfo> = {}): string {
  return ControlAvailable && Managers === 1 ? REJOIN_LAST_MANAGER : REJOIN;
}

/**
 * Returns why a running node does not have a host's `privateAddress`; undefined if it has. A loopback address is that of a
 * host without any, in a Swarm that may have been created by others.
 */
export function otherNodeAddress(privateAddress: string, swarm: SwarmInfo): string | undefined {
  const { LocalNodeState: state, NodeAddr: now } = swarm;
  if (state === "inactive" || isIP(now) === 0 || isLoopback(privateAddress)) return undefined;
  if (isSameAddress(now, privateAddress)) return undefined;
  return `its node joined the Swarm with ${now} and keeps it: give ${now}; to change it, ${howToRejoin(swarm)}`;
}
