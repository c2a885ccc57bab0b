import type * as pulumi from "@pulumi/pulumi";
import { ANY, objectType, type PackageSchema, RESOURCE_REF, type TypeSpec } from "../schema/package-schema.ts";
import { sentValue } from "./output-state.ts";

/**
 * Returns a component's arguments as its TypeScript class takes them. Other languages send an Output for every value
 * that depends on a resource, even where the class takes plain values, and null for one that is not given.
 *
 * @param subject the component, for errors: `Swarm "swarm"`
 * @throws Error if such a value is unknown in a preview, or secret
 */
export async function plainArguments(
  subject: string,
  inputs: pulumi.Inputs,
  properties: Record<string, TypeSpec>,
  types: PackageSchema["types"],
): Promise<pulumi.Inputs> {
  const read = async (given: unknown, type: TypeSpec, path: string): Promise<unknown> => {
    const { value, isKnown, isSecret } = await sentValue(given);
    if (isKnown && (value === null || value === undefined)) return undefined;
    if (!isPlain(type)) return given;
    const rejected = (problem: string) => new Error(`${subject}: ${path}: ${problem}`);
    if (!isKnown) throw rejected("must be known before the program runs: give a value that no resource computes");
    if (type.$ref !== ANY && isSecret) throw rejected("must not be a secret");
    const { items, additionalProperties } = type;
    if (Array.isArray(value) && items) return Promise.all(value.map((item, at) => read(item, items, `${path}[${at}]`)));
    if (typeof value !== "object" || value === null) return value;
    if (additionalProperties)
      return mapFields(value, (field, key) => read(field, additionalProperties, `${path}.${key}`));
    const fields = objectType(type, types)?.properties;
    if (!fields) return value;
    return mapFields(value, (field, key) => read(field, fields[key] ?? {}, `${path}.${key}`));
  };
  return mapFields(inputs, (value, key) => read(value, properties[key] ?? {}, key));
}

/** Whether a class takes the value itself, not an Output of it. */
function isPlain({ plain, $ref, oneOf, items, additionalProperties }: TypeSpec): boolean {
  if (plain || $ref === ANY || $ref?.startsWith(RESOURCE_REF)) return true;
  return [items, additionalProperties, oneOf?.[0]].some((inner) => inner !== undefined && isPlain(inner));
}

async function mapFields(
  fields: object,
  change: (value: unknown, key: string) => Promise<unknown>,
): Promise<Record<string, unknown>> {
  const changed = Object.entries(fields).map(async ([key, value]) => [key, await change(value, key)] as const);
  return Object.fromEntries(await Promise.all(changed));
}
