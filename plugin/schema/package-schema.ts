/** The parts of Pulumi's package schema that this package uses. */
export interface PackageSchema {
  name: string;
  version: string;
  displayName: string;
  description: string;
  license: string;
  /** Where Pulumi downloads the plugin for programs in other languages. */
  pluginDownloadURL?: string;
  language: Record<string, object>;
  /** Settings of the provider: `pulumi config set swarm:<name>`. */
  config: { variables: Record<string, PropertySpec> };
  resources: Record<string, ResourceSpec>;
  types: Record<string, ObjectTypeSpec | EnumTypeSpec>;
}

/** A component, or a resource that can be imported. */
export interface ResourceSpec {
  description: string;
  isComponent?: true;
  inputProperties: Record<string, PropertySpec>;
  requiredInputs: string[];
  properties: Record<string, PropertySpec>;
  required: string[];
}

export interface ObjectTypeSpec {
  type: "object";
  description: string;
  properties: Record<string, PropertySpec>;
  required: string[];
}

export interface EnumTypeSpec {
  type: "string";
  description: string;
  enum: { name: string; value: string; description?: string }[];
}

export interface TypeSpec {
  type?: "string" | "boolean" | "integer" | "number" | "array" | "object";
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

/** Reference to a value of any type. */
export const ANY = "pulumi.json#/Any";
/** Prefixes of references to components and to types of this package. */
export const RESOURCE_REF = "#/resources/";
export const TYPE_REF = "#/types/";

/** Returns the type that a value's type refers to, if it is an object with named fields. */
export function objectType({ $ref }: TypeSpec, types: PackageSchema["types"]): ObjectTypeSpec | undefined {
  const type = $ref?.startsWith(TYPE_REF) ? types[$ref.slice(TYPE_REF.length)] : undefined;
  return type?.type === "object" ? type : undefined;
}
