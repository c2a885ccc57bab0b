import type * as pulumi from "@pulumi/pulumi";
import { rejectIssues } from "../../components/shared/invalid-input.ts";
import { validateArguments } from "../../components/shared/validate-arguments.ts";
import { VERSION } from "../../core/version.ts";
import type { PackageSchema, ResourceSpec } from "../schema/package-schema.ts";
import { componentClass } from "./components.ts";
import { knownArguments } from "./known-arguments.ts";
import { plainArguments } from "./plain-arguments.ts";

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
  const known = (await knownArguments(inputs)) as object;
  rejectIssues(`${kind} "${name}"`, validateArguments(known, { properties, required }, types));
  const component = new constructor(name, await plainArguments(inputs, properties, types), options);
  return { component, state: outputsOf(component, spec) };
}

function outputsOf(component: pulumi.ComponentResource, { properties }: ResourceSpec): pulumi.Inputs {
  const fields = component as unknown as pulumi.Inputs;
  return Object.fromEntries(Object.keys(properties).map((key) => [key, fields[key]]));
}
