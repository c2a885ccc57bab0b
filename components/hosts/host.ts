import type * as pulumi from "@pulumi/pulumi";
import type { EngineConnection } from "../../engine/engine-connection.ts";
import type { Drive } from "../../core/drive.ts";

/**
 * A machine that runs a Docker Engine. Everything downstream knows a host by this alone, whoever made it: this
 * machine (`LocalHost`), an existing one, or one in a cloud.
 */
export interface Host {
  /** Your name for this host. Identity: resource names and the keys of outputs come from it; it outlives a machine. */
  readonly key: string;
  /** The host's name as its engine gives it, a lowercase DNS label. */
  readonly hostname: string;
  /** Failure domain, for instance an availability zone. */
  readonly zone?: string;
  /** Labels for the host's Swarm node. */
  readonly labels: Readonly<Record<string, string>>;
  /** The host's drives for MinIO, by a key of your choice. */
  readonly drives: Readonly<Record<string, Drive>>;
  /** How to reach its engine. */
  readonly engine: pulumi.Output<EngineConnection>;
  /** The address by which the other hosts reach this one. */
  readonly privateAddress: pulumi.Output<string>;
  /** The address by which clients reach what is published on this host. */
  readonly endpointAddress: pulumi.Output<string>;
  /** The engine's own id. Another id is another machine: it joins the Swarm anew. */
  readonly machineId: pulumi.Output<string>;
  /** Known once the host's engine answers. */
  readonly ready: pulumi.Output<boolean>;
}
