import type * as pulumi from "@pulumi/pulumi";
import type { EngineConnection } from "../../engine/engine-connection.ts";
import type { Drive } from "../../core/drive.ts";

/**
 * A machine that runs a Docker Engine: this machine (`LocalHost`), an existing one (`SshHosts`), or one in a cloud. All
 * other components use only this interface.
 */
export interface Host {
  /** Your name for this host. Resource names and output keys are derived from it: keep it when you replace the machine. */
  readonly key: string;
  /** The hostname that its engine reports, a lowercase DNS label. */
  readonly hostname: string;
  /** Failure domain, for instance an availability zone. */
  readonly zone?: string;
  /** Labels for the host's Swarm node. */
  readonly labels: Readonly<Record<string, string>>;
  /** The host's drives for MinIO, by a key of your choice. */
  readonly drives: Readonly<Record<string, Drive>>;
  /** The connection to its engine. */
  readonly engine: pulumi.Output<EngineConnection>;
  /** The address at which the other hosts reach this one. */
  readonly privateAddress: pulumi.Output<string>;
  /** The address at which clients reach ports published on this host. */
  readonly endpointAddress: pulumi.Output<string>;
  /** The engine's id. A different id means a different machine, which joins the Swarm as a new node. */
  readonly machineId: pulumi.Output<string>;
  /** Known once the host's engine answers. */
  readonly ready: pulumi.Output<boolean>;
}
