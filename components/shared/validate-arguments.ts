import * as pulumi from "@pulumi/pulumi";
import {
  ANY,
  type FieldSpecs,
  isPlainType,
  type NamedTypes,
  objectType,
  type PropertySpec,
  RESOURCE_REF,
} from "../../core/argument-types.ts";
import { suggestName } from "../../core/closest-name.ts";
import type { ValidationIssue } from "../../core/input-validation-error.ts";
import { isPlain } from "./inputs.ts";

/** Where a value is. */
interface Place {
  argument: string;
  /** Whether the value is part of a secret. */
  isSecret: boolean;
  isRequired: boolean;
  /** Whether the class takes Outputs neither of it nor of what it is part of. */
  isPlain: boolean;
}

/** The value of a secret Output, for `validateArguments`. */
export class SecretValue {
  readonly value: unknown;
  constructor(value: unknown) {
    this.value = value;
  }
}

/**
 * Compares a component's arguments with their types, as the compiler does for a TypeScript program: names, types, kinds
 * of components, and which must be given. Outputs are unknown. The component itself checks the values.
 */
export function validateArguments(given: object, fields: FieldSpecs, types: NamedTypes): ValidationIssue[] {
  const validateFields = (given: object, { properties, required }: FieldSpecs, outer: Place) => {
    const values = given as Record<string, unknown>;
    const names = [...new Set([...required, ...Object.keys(given)])];
    return names.flatMap((name): ValidationIssue[] => {
      const argument = outer.argument === "" ? name : `${outer.argument}.${name}`;
      const type = Object.hasOwn(properties, name) ? properties[name] : undefined;
      if (type) return validate(values[name], type, { ...outer, argument, isRequired: required.includes(name) });
      if (values[name] === undefined) return [];
      // Its value is not shown, because it may be meant for a secret argument.
      const problem = `does not exist: ${suggestName(name, Object.keys(properties).toSorted())}`;
      return [{ argument, value: "(given)", problem }];
    });
  };

  const validate = (given: unknown, type: PropertySpec, outer: Place): ValidationIssue[] => {
    const { argument } = outer;
    const isSecretValue = given instanceof SecretValue;
    const value: unknown = isSecretValue ? given.value : given;
    const isPlain = outer.isPlain && isPlainType(type);
    const isSecret = outer.isSecret || isSecretValue || holdsSecret(type, types);
    const issue = (problem: string) => [{ argument, value: shown(value, isSecret), problem }];
    if (value === undefined) return outer.isRequired ? issue("must be given") : [];
    if (value === null) return issue(outer.isRequired ? "must be given" : "must not be null: leave it out");
    if (isDeferred(value)) return isPlain ? issue(MUST_BE_KNOWN) : [];
    if (isSecretValue && isPlain && type.$ref !== ANY) return issue("must not be a secret");
    const problem = typeProblem(value, type, types);
    if (problem !== undefined) return issue(problem);
    const place = { argument, isSecret, isPlain, isRequired: true };
    const { items, additionalProperties } = type;
    if (items)
      return (value as unknown[]).flatMap((item, at) =>
        validate(item, items, { ...place, argument: `${argument}[${at}]` }),
      );
    if (additionalProperties)
      return Object.entries(value as Record<string, unknown>).flatMap(([key, part]) =>
        validate(part, additionalProperties, { ...place, argument: `${argument}.${key}` }),
      );
    const object = objectType(type, types);
    return object ? validateFields(value, object, place) : [];
  };

  return validateFields(given, fields, { argument: "", isSecret: false, isPlain: true, isRequired: true });
}

const MUST_BE_KNOWN = "must be known before the program runs: give a plain value that no resource computes";

/** Returns whether a value is an Output or a promise. */
function isDeferred(value: unknown): boolean {
  return typeof value === "object" && !isPlain(value);
}

/** Returns whether a value of this type is a secret, or an object with one. */
function holdsSecret(type: PropertySpec, types: NamedTypes): boolean {
  const fields = Object.values(objectType(type, types)?.properties ?? {});
  return type.secret === true || fields.some(({ secret }) => secret);
}

/** Returns what is wrong with the type of a value, if anything. */
function typeProblem(value: unknown, type: PropertySpec, types: NamedTypes): string | undefined {
  const kinds = (type.oneOf ?? [type]).flatMap(({ $ref = "" }) =>
    $ref.startsWith(RESOURCE_REF) ? nameOf($ref.slice(RESOURCE_REF.length)) : [],
  );
  if (kinds.length > 0) {
    if (kinds.includes(componentKind(value) ?? "")) return undefined;
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
    case "function":
      return typeof value === "function" ? undefined : "must be a function";
    default:
      return undefined;
  }
}

/** Returns whether a value is an object with fields: no list, component or Output. */
export function isMap(value: unknown): value is object {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject && isPlain(value) && componentKind(value) === undefined;
}

/** Returns the kind of a component, also of one from another copy of this package: `Swarm`. */
function componentKind(value: unknown): string | undefined {
  const type = (value as { __pulumiType?: unknown } | null | undefined)?.__pulumiType;
  return typeof type === "string" ? nameOf(type) : undefined;
}

const nameOf = (token: string) => token.split(":").at(-1) ?? "";

/** Returns a value as a message shows it. Lists, maps and components may contain secrets. */
export function shown(value: unknown, isSecret: boolean): unknown {
  if (value === undefined || value === null) return value;
  if (pulumi.Output.isInstance(value)) return "(an Output)";
  if (isSecret) return "(a secret)";
  const kind = componentKind(value);
  if (kind !== undefined) return `(a component of type ${kind})`;
  if (Array.isArray(value)) return "(a list)";
  if (typeof value === "object") return isDeferred(value) ? "(a promise)" : "(a map)";
  return ["string", "number", "boolean"].includes(typeof value) ? value : `(a ${typeof value})`;
}
