import type { Drive } from "../../core/drive.ts";
import type { EngineSource } from "../../core/engine-source.ts";
import type { EngineConnection } from "../../engine/engine-connection.ts";
import { changedKeys } from "../runtime/diff.ts";

export interface MachineInputs {
  /** The host's key, for messages. */
  key: string;
  connection: EngineConnection;
  /** The hostname that the engine must report. @default - any */
  hostname?: string;
  /** Time limit for the engine, and for the ssh server, to answer, in seconds. */
  timeoutSeconds: number;
  /** Where to install Docker Engine from if it is missing. @default - it is not installed */
  install?: EngineSource;
  /**
   * Drives to check and create over ssh.
   * @default - none: without ssh, only the engine is used
   */
  drives?: Readonly<Record<string, Drive>>;
}

export interface MachineState extends MachineInputs {
  /** The hostname that the engine reports. */
  engineName: string;
  /** The engine's id. */
  machineId: string;
  engineVersion: string;
  /** The machine's own address at which ssh reaches it. Undefined if only its engine is used. */
  address?: string;
  ready: boolean;
}

/** A machine that is checked and changed over ssh. */
export interface PreparedMachineInputs extends MachineInputs {
  drives: Readonly<Record<string, Drive>>;
}

export function isPrepared(inputs: MachineInputs): inputs is PreparedMachineInputs {
  return inputs.drives !== undefined;
}

export function hasChangedInputs(olds: MachineInputs, news: MachineInputs): boolean {
  return changedKeys(olds, news, ["connection", "hostname", "timeoutSeconds", "install", "drives"]).length > 0;
}
