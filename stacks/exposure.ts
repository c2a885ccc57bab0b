import { isL2Attached, type NetworkDriver } from "../components/networks/node-network/data-network.ts";

/** Settings that decide who can reach the store's ports. */
export interface ExposureSettings {
  expose?: unknown;
  allowFrom?: unknown;
  driver?: NetworkDriver;
}

/** Whether only this machine may reach a local store: it publishes ports, and no setting names the allowed clients. */
export function isRestrictedToLoopback({ expose, allowFrom, driver }: ExposureSettings): boolean {
  return expose === undefined && allowFrom === undefined && !isL2Attached({ driver });
}
