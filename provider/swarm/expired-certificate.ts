import type { SwarmInfo } from "../../engine/types.ts";
import { REJOIN } from "./node-address.ts";

/** Whether a node's certificate has expired, because its engine was off for longer than the certificate is valid. */
export function hasExpiredCertificate({ LocalNodeState, Error: error = "" }: SwarmInfo): boolean {
  return LocalNodeState === "error" && /certificates? .*expired/is.test(error);
}

/**
 * Returns what to do about a node whose certificate has expired.
 *
 * @param isWorking whether the Swarm has a working manager
 */
export function expiredCertificateFix(isWorking: boolean): string {
  const fix = isWorking ? REJOIN : "recover the Swarm with `npm run recover -- <manager>`, then `npm run up`";
  return `its certificate has expired, because its engine was off for too long: ${fix}`;
}
