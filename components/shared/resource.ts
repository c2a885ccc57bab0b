import * as pulumi from "@pulumi/pulumi";
import { VERSION } from "../../core/version.ts";
import type { Kind } from "../../provider/kinds.ts";

/** A resource whose create, read, update and delete are this package's own: the plugin `swarm` serves them (`provider/`). */
export abstract class SwarmResource extends pulumi.CustomResource {
  protected constructor(kind: Kind, name: string, props: pulumi.Inputs, opts?: pulumi.CustomResourceOptions) {
    super(`swarm:index:${kind}`, name, props, pulumi.mergeOptions({ version: VERSION }, opts));
  }
}
