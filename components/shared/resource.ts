import * as pulumi from "@pulumi/pulumi";
import type { Kind } from "../../provider/kinds.ts";

/**
 * What Pulumi evaluates to get at a resource's code. A constant: state holds this address, never program code, so a
 * new release of the package changes nothing in a preview. It resolves from the project's folder, so that it works in
 * this repository and in any program that installs the package.
 */
export function providerCode(kind: Kind): string {
  return `exports.handler=()=>require("node:module").createRequire(process.cwd()+"/")("pulumi-swarm/provider").${kind}`;
}

/** A resource whose create, read, update and delete are this package's own (`provider/index.ts`). */
export abstract class SwarmResource extends pulumi.CustomResource {
  protected constructor(kind: Kind, name: string, props: pulumi.Inputs, opts?: pulumi.CustomResourceOptions) {
    super(`pulumi-nodejs:dynamic/swarm:${kind}`, name, { ...props, __provider: providerCode(kind) }, opts);
  }
}
