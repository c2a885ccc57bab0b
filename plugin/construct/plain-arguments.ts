import * as pulumi from "@pulumi/pulumi";
import { isPlainType, type NamedTypes, objectType, type TypeSpec } from "../../core/argument-types.ts";
import { sentValue } from "./output-state.ts";

/**
 * Returns a component's arguments as its TypeScript class takes them. Other languages send an Output for every value
 * that depends on a resource, even where the class takes plain values, and null for one that is not given.
 */
export async function plainArguments(
  inputs: pulumi.Inputs,
  properties: Record<string, TypeSpec>,
  types: NamedTypes,
): Promise<pulumi.Inputs> {
  const read = async (given: unknown, type: TypeSpec, isWithinPlain = true): Promise<unknown> => {
    const { value, isKnown } = await sentValue(given);
    if (isKnown && (value === null || value === undefined)) return undefined;
    const isPlain = isWithinPlain && isPlainType(type);
    if (pulumi.Output.isInstance(given) && !(isKnown && isPlain)) return given;
    const { items, additionalProperties } = type;
    if (Array.isArray(value) && items) return Promise.all(value.map((item) => read(item, items, isPlain)));
    if (typeof value !== "object" || value === null) return value;
    if (additionalProperties) return mapFields(value, (field) => read(field, additionalProperties, isPlain));
    const fields = objectType(type, types)?.properties;
    return fields ? mapFields(value, (field, key) => read(field, fields[key] ?? {}, isPlain)) : value;
  };
  return mapFields(inputs, (value, key) => read(value, properties[key] ?? {}));
}

async function mapFields(
  fields: object,
  change: (value: unknown, key: string) => Promise<unknown>,
): Promise<Record<string, unknown>> {
  const changed = Object.entries(fields).map(async ([key, value]) => [key, await change(value, key)] as const);
  return Object.fromEntries(await Promise.all(changed));
}
