import { isLinked, type NetworkDriver } from "../components/networks/node-network/data-network.ts";

/** Settings that decide who reaches the ports of a stack's store. */
export interface ExposureSettings {
  expose?: unknown;
  allowFrom?: unknown;
  driver?: NetworkDriver;
}

/** Whether a local store has ports on its machine, and no setting says who may reach them: then only the machine itself. */
export function isRestrictedToLoopback({ expose, allowFrom, driver }: ExposureSettings): boolean {
  return expose === undefined && allowFrom === undefined && !isLinked({ driver });
}
