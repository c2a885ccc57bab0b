import * as pulumi from "@pulumi/pulumi";
import {
  ANY,
  type ObjectTypeSpec,
  type PackageSchema,
  RESOURCE_REF,
  TYPE_REF,
  type TypeSpec,
} from "../schema/package-schema.ts";

/** The package's types. */
type Types = PackageSchema["types"];

/** The state of an Output, which is not among the public types of the SDK. */
interface OutputState {
  isKnown: Promise<boolean>;
  isSecret: Promise<boolean>;
  promise(): Promise<unknown>;
}

/**
 * Returns a component's arguments as its TypeScript class takes them. Other languages send an Output for every value
 * that depends on a resource, even where the class takes plain values.
 *
 * @param subject the component, for errors: `Swarm "swarm"`
 * @throws Error if such a value is unknown in a preview, or secret
 */
export async function plainArguments(
  subject: string,
  inputs: pulumi.Inputs,
  properties: Record<string, TypeSpec>,
  types: Types,
): Promise<pulumi.Inputs> {
  const read = async (value: unknown, type: TypeSpec, path: string): Promise<unknown> => {
    if (!isPlain(type)) return value;
    const known = await knownValue(value, type, () => `${subject}: ${path}`);
    if (known === undefined || known === null) return undefined;
    const { items, additionalProperties } = type;
    if (Array.isArray(known) && items) return Promise.all(known.map((item, at) => read(item, items, `${path}[${at}]`)));
    if (typeof known !== "object") return known;
    if (additionalProperties)
      return mapFields(known, (field, key) => read(field, additionalProperties, `${path}.${key}`));
    const fields = objectType(type, types)?.properties;
    if (!fields) return known;
    return mapFields(known, (field, key) => read(field, fields[key] ?? {}, `${path}.${key}`));
  };
  return mapFields(inputs, (value, key) => read(value, properties[key] ?? {}, key));
}

/** Whether a class takes the value itself, not an Output of it. */
function isPlain({ plain, $ref, oneOf, items, additionalProperties }: TypeSpec): boolean {
  if (plain || $ref === ANY || $ref?.startsWith(RESOURCE_REF)) return true;
  return [items, additionalProperties, oneOf?.[0]].some((inner) => inner !== undefined && isPlain(inner));
}

function objectType({ $ref }: TypeSpec, types: Types): ObjectTypeSpec | undefined {
  const type = $ref?.startsWith(TYPE_REF) ? types[$ref.slice(TYPE_REF.length)] : undefined;
  return type?.type === "object" ? type : undefined;
}

async function knownValue(value: unknown, type: TypeSpec, argument: () => string): Promise<unknown> {
  if (!pulumi.Output.isInstance(value)) return value;
  const output = value as unknown as OutputState;
  if (!(await output.isKnown)) {
    throw new Error(`${argument()}: must be known before the program runs: give a value that no resource computes`);
  }
  if (type.$ref !== ANY && (await output.isSecret)) throw new Error(`${argument()}: must not be a secret`);
  return output.promise();
}

async function mapFields(
  fields: object,
  change: (value: unknown, key: string) => Promise<unknown>,
): Promise<Record<string, unknown>> {
  const changed = Object.entries(fields).map(async ([key, value]) => [key, await change(value, key)] as const);
  return Object.fromEntries(await Promise.all(changed));
}
