import type { EngineConnection } from "../../engine/engine-connection.ts";

export interface HostInputs {
  connection: EngineConnection;
  /** What the host is called; checked against what its engine says. */
  hostname: string;
  /** How long the engine may take to answer, in seconds. */
  timeoutSeconds: number;
}
export interface HostState extends HostInputs {
  machineId: string;
  engineVersion: string;
  ready: boolean;
}
