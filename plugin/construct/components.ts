import type * as pulumi from "@pulumi/pulumi";
import * as exported from "../../components/index.ts";

type ComponentClass = new (
  name: string,
  args: pulumi.Inputs,
  opts: pulumi.ComponentResourceOptions,
) => pulumi.ComponentResource;

/** Returns the class of this name: `Swarm`. */
export function componentClass(kind: string): ComponentClass | undefined {
  const found = (exported as Record<string, unknown>)[kind];
  return typeof found === "function" ? (found as ComponentClass) : undefined;
}
