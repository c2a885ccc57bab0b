import type * as pulumi from "@pulumi/pulumi";
import * as exported from "../../components/index.ts";
import { VERSION } from "../../core/version.ts";
import type { PackageSchema, ResourceSpec } from "../schema/package-schema.ts";

type ComponentClass = new (
  name: string,
  args: pulumi.Inputs,
  opts: pulumi.ComponentResourceOptions,
) => pulumi.ComponentResource;

/** A component as other languages see it. */
export interface Component {
  /** Its name in the schema and in messages: `Swarm`. */
  kind: string;
  constructor: ComponentClass;
  spec: ResourceSpec;
}

/**
 * Returns the component with this type, such as `swarm:index:Swarm`.
 *
 * @throws Error if there is none
 */
export function componentOf(type: string, { resources }: PackageSchema): Component {
  const kind = type.split(":").at(-1) ?? "";
  const spec = resources[type];
  const constructor = (exported as Record<string, unknown>)[kind];
  if (!spec || typeof constructor !== "function") {
    throw new Error(`component ${type}: does not exist in pulumi-swarm ${VERSION}`);
  }
  return { kind, constructor: constructor as ComponentClass, spec };
}

/** Returns the outputs that other languages see. */
export function outputsOf(component: pulumi.ComponentResource, { properties }: ResourceSpec): pulumi.Inputs {
  const fields = component as unknown as pulumi.Inputs;
  return Object.fromEntries(Object.keys(properties).map((key) => [key, fields[key]]));
}
