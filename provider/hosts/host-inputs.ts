import type { EngineConnection } from "../../engine/engine-connection.ts";

export interface HostInputs {
  connection: EngineConnection;
  /** The host's name. Must match the name that its engine reports. */
  hostname: string;
  /** Time limit for the engine to answer, in seconds. */
  timeoutSeconds: number;
}
export interface HostState extends HostInputs {
  /** The engine's id. */
  machineId: string;
  engineVersion: string;
  ready: boolean;
}
