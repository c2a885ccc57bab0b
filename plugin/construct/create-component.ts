import type * as pulumi from "@pulumi/pulumi";
import { throwIfInvalid } from "../../core/input-validation-error.ts";
import { VERSION } from "../../core/version.ts";
import type { PackageSchema, ResourceSpec } from "../schema/package-schema.ts";
import { componentClass } from "./components.ts";
import { plainArguments } from "./plain-arguments.ts";
import { validateArguments } from "./validate-arguments.ts";

/** A component, and the outputs that other languages see. */
export interface CreatedComponent {
  component: pulumi.ComponentResource;
  state: pulumi.Inputs;
}

/**
 * Creates a component from the arguments that another language sends.
 *
 * @param type such as `swarm:index:Swarm`
 * @throws Error if there is no such component
 * @throws InputValidationError if the arguments are invalid
 */
export async function createComponent(
  type: string,
  name: string,
  inputs: pulumi.Inputs,
  options: pulumi.ComponentResourceOptions,
  { resources, types }: PackageSchema,
): Promise<CreatedComponent> {
  const kind = type.split(":").at(-1) ?? "";
  const spec = resources[type];
  const constructor = componentClass(kind);
  if (!spec || !constructor) {
    throw new Error(`component ${type}: does not exist in pulumi-swarm ${VERSION}`);
  }
  const { inputProperties: properties, requiredInputs: required } = spec;
  const subject = `${kind} "${name}"`;
  throwIfInvalid(subject, await validateArguments(inputs, { properties, required }, types));
  const component = new constructor(name, await plainArguments(subject, inputs, properties, types), options);
  return { component, state: outputsOf(component, spec) };
}

function outputsOf(component: pulumi.ComponentResource, { properties }: ResourceSpec): pulumi.Inputs {
  const fields = component as unknown as pulumi.Inputs;
  return Object.fromEntries(Object.keys(properties).map((key) => [key, fields[key]]));
}
