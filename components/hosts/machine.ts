import type * as pulumi from "@pulumi/pulumi";
import type { Drive } from "../../core/drive.ts";
import type { EngineSource } from "../../core/engine-source.ts";
import type { EngineConnection } from "../../engine/engine-connection.ts";
import { SwarmResource } from "../shared/resource.ts";

/** A machine in a program: its connection may be an Output. */
export interface MachineArgs {
  connection: pulumi.Input<EngineConnection>;
  /** The host's key, for messages. */
  key: string;
  /** The hostname that the engine must report. @default - any */
  hostname?: string;
  timeoutSeconds: pulumi.Input<number>;
  install?: EngineSource;
  /** Drives to check and create over ssh. @default - none: without ssh, only the engine is used */
  drives?: Readonly<Record<string, Drive>>;
}

/** The machine of a host: waits until its engine answers, and outputs the engine's id. */
export class Machine extends SwarmResource {
  /** The hostname that the engine reports. */
  declare readonly engineName: pulumi.Output<string>;
  declare readonly machineId: pulumi.Output<string>;
  /** The machine's own address at which ssh reaches it. Undefined if only its engine is used. */
  declare readonly address: pulumi.Output<string | undefined>;
  declare readonly ready: pulumi.Output<boolean>;

  constructor(name: string, args: MachineArgs, opts: pulumi.CustomResourceOptions) {
    const outputs = {
      ...{ engineName: undefined, machineId: undefined, engineVersion: undefined },
      ...{ address: undefined, ready: undefined },
    };
    super("Machine", name, { ...outputs, ...args }, opts);
  }
}

/** The inspection of all machines of a group. A problem with one machine prevents changes to all of them. */
export class HostInspection extends SwarmResource {
  /** @param hosts the machines by host key */
  constructor(name: string, hosts: Record<string, MachineArgs>, opts: pulumi.CustomResourceOptions) {
    super("HostInspection", name, { hosts }, opts);
  }
}
