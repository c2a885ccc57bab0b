import * as pulumi from "@pulumi/pulumi";
import type { ValidationIssue } from "../../core/input-validation-error.ts";
import { objectType, type PackageSchema, type PropertySpec, RESOURCE_REF } from "../schema/package-schema.ts";
import { componentClass } from "./components.ts";
import { sentValue } from "./output-state.ts";

/** The names of an object's fields, their types, and which of them must be given. */
interface Fields {
  properties: Record<string, PropertySpec>;
  required: readonly string[];
}

/**
 * Compares a component's arguments with the schema, as the compiler does for a TypeScript program: names, types, kinds of
 * components, and which must be given. The component itself checks the values, for all languages alike.
 */
export function validateArguments(
  inputs: pulumi.Inputs,
  fields: Fields,
  types: PackageSchema["types"],
): Promise<ValidationIssue[]> {
  const validateFields = async (
    given: Record<string, unknown>,
    { properties, required }: Fields,
    path: string,
    isSecret: boolean,
  ): Promise<ValidationIssue[]> => {
    const names = [...new Set([...required, ...Object.keys(given)])];
    const issues = names.map(async (name) => {
      const argument = path === "" ? name : `${path}.${name}`;
      const type = properties[name];
      if (type) return validate(given[name], type, argument, { isSecret, isRequired: required.includes(name) });
      const problem = `does not exist: choose one of ${Object.keys(properties).toSorted().join(", ")}`;
      return [{ argument, value: shown(given[name], isSecret), problem }];
    });
    return (await Promise.all(issues)).flat();
  };

  const validate = async (
    given: unknown,
    type: PropertySpec,
    argument: string,
    { isSecret, isRequired }: { isSecret: boolean; isRequired: boolean },
  ): Promise<ValidationIssue[]> => {
    const sent = await sentValue(given);
    const { value } = sent;
    const within = { isSecret: isSecret || sent.isSecret || type.secret === true, isRequired: true };
    if (!sent.isKnown) return [];
    if (value === undefined || value === null) {
      return isRequired ? [{ argument, value: undefined, problem: "must be given" }] : [];
    }
    const problem = typeProblem(value, type, types);
    if (problem !== undefined) return [{ argument, value: shown(value, within.isSecret), problem }];
    const { items, additionalProperties } = type;
    const parts = (given: [string, unknown][], of: PropertySpec) =>
      Promise.all(given.map(([path, part]) => validate(part, of, path, within)));
    if (items)
      return (
        await parts(
          (value as unknown[]).map((item, at) => [`${argument}[${at}]`, item]),
          items,
        )
      ).flat();
    if (additionalProperties) {
      const entries = Object.entries(value as Record<string, unknown>);
      return (
        await parts(
          entries.map(([key, field]) => [`${argument}.${key}`, field]),
          additionalProperties,
        )
      ).flat();
    }
    const object = objectType(type, types);
    return object ? validateFields(value as Record<string, unknown>, object, argument, within.isSecret) : [];
  };

  return validateFields(inputs, fields, "", false);
}

/** Returns what is wrong with the type of a value, if anything. */
function typeProblem(value: unknown, type: PropertySpec, types: PackageSchema["types"]): string | undefined {
  const kinds = (type.oneOf ?? [type]).flatMap(({ $ref }) =>
    $ref?.startsWith(RESOURCE_REF) ? ($ref.split(":").at(-1) ?? []) : [],
  );
  if (kinds.length > 0) {
    const classes = kinds.flatMap((kind) => componentClass(kind) ?? []);
    if (classes.some((one) => value instanceof one)) return undefined;
    return `must be ${kinds.length > 1 ? "one of these components: " : "a component of type "}${kinds.join(", ")}`;
  }
  if (type.type === "array" || type.items) return Array.isArray(value) ? undefined : "must be a list";
  if (type.additionalProperties || type.type === "object") return isMap(value) ? undefined : "must be a map";
  if (objectType(type, types)) return isMap(value) ? undefined : "must be an object";
  const name = type.$ref?.startsWith("#") ? "string" : type.type;
  switch (name) {
    case "string":
      return typeof value === "string" ? undefined : "must be a string";
    case "boolean":
      return typeof value === "boolean" ? undefined : "must be true or false";
    case "integer":
    case "number":
      return typeof value === "number" ? undefined : "must be a number";
    default:
      return undefined;
  }
}

function isMap(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !pulumi.Resource.isInstance(value);
}

/** Returns the name of a component's class, which a bundler may have changed. */
function typeOf(resource: pulumi.Resource): string {
  const { __pulumiType: type = "" } = resource as { __pulumiType?: string };
  return type.split(":").at(-1) ?? "";
}

/** Returns a value as a message shows it. Lists, maps and components may contain secrets. */
function shown(value: unknown, isSecret: boolean): unknown {
  if (isSecret) return "(a secret)";
  if (typeof value !== "object" || value === null) return value;
  if (pulumi.Resource.isInstance(value)) return `(a component of type ${typeOf(value)})`;
  if (pulumi.Output.isInstance(value)) return "(an Output)";
  return Array.isArray(value) ? "(a list)" : "(a map)";
}
