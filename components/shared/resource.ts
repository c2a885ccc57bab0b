import * as pulumi from "@pulumi/pulumi";
import { VERSION } from "../../core/version.ts";
import { hideCallStack } from "./call-stack.ts";
import type { Kind } from "../../provider/kinds.ts";

/** A resource that this package's own plugin, `swarm`, serves (`provider/`). */
export abstract class SwarmResource extends pulumi.CustomResource {
  protected constructor(kind: Kind, name: string, props: pulumi.Inputs, opts?: pulumi.CustomResourceOptions) {
    const showCallStack = hideCallStack();
    try {
      super(`swarm:index:${kind}`, name, props, pulumi.mergeOptions({ version: VERSION }, opts));
    } finally {
      showCallStack();
    }
  }
}
