/** Types of arguments, in the format of Pulumi's package schema. */
export interface TypeSpec {
  /** Only programs on Node.js can pass functions. */
  type?: "string" | "boolean" | "integer" | "number" | "array" | "object" | "function";
  /** Items of an array. */
  items?: TypeSpec;
  /** Values of a map. */
  additionalProperties?: TypeSpec;
  $ref?: string;
  oneOf?: TypeSpec[];
  /** Whether the value must be known before the program runs. */
  plain?: true;
}

export interface PropertySpec extends TypeSpec {
  description?: string;
  secret?: true;
}

/** The names of an object's fields, their types, and which of them must be given. */
export interface FieldSpecs {
  properties: Record<string, PropertySpec>;
  required: string[];
}

export interface ObjectTypeSpec extends FieldSpecs {
  type: "object";
  description?: string;
}

export interface EnumTypeSpec {
  type: "string";
  description: string;
  enum: { name: string; value: string; description?: string }[];
}

/** Types that others refer to, by token. */
export type NamedTypes = Record<string, ObjectTypeSpec | EnumTypeSpec>;

/** The arguments of components by kind, and the types that they refer to. */
export interface ArgumentTable {
  components: Record<string, FieldSpecs>;
  types: NamedTypes;
}

/** Reference to a value of any type. */
export const ANY = "pulumi.json#/Any";
/** Prefixes of references to components and to types of this package. */
export const RESOURCE_REF = "#/resources/";
export const TYPE_REF = "#/types/";

/** Returns the type that a value's type refers to, if it is an object with named fields. */
export function objectType({ $ref }: TypeSpec, types: NamedTypes): ObjectTypeSpec | undefined {
  const type = $ref?.startsWith(TYPE_REF) ? types[$ref.slice(TYPE_REF.length)] : undefined;
  return type?.type === "object" ? type : undefined;
}

/** Whether a class takes the value itself, not an Output of it. */
export function isPlainType({ plain, $ref, oneOf, items, additionalProperties }: TypeSpec): boolean {
  if (plain || $ref === ANY || $ref?.startsWith(RESOURCE_REF)) return true;
  return [items, additionalProperties, oneOf?.[0]].some((inner) => inner !== undefined && isPlainType(inner));
}
