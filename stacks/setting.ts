import * as v from "valibot";
import type { NodeAvailability } from "../components/index.ts";

/** The kinds of stack, as `pulumi-swarm:stack` names them. */
export const STACK_KINDS = ["local", "ssh", "aws", "kubernetes"] as const;
export type StackKind = (typeof STACK_KINDS)[number];

/** Facts about a setting for docs/settings.md and the JSON Schema, besides its type and description. */
export interface SettingMetadata {
  /** The value that applies when the setting is not given, as Markdown. */
  defaultValue?: string;
  /** The kinds of stack that have the setting; only for settings at the top level. */
  kinds?: readonly StackKind[];
}

/** Attaches a description and metadata to the schema of a setting. */
export function describe<TSchema extends v.GenericSchema>(
  schema: TSchema,
  description: string,
  metadata: SettingMetadata = {},
) {
  return v.pipe(
    schema,
    v.description<v.InferOutput<TSchema>, string>(description),
    v.metadata<v.InferOutput<TSchema>, Record<string, unknown>>({ ...metadata }),
  );
}

/** Returns the metadata that `describe` attached to a schema. */
export function getMetadata(schema: Parameters<typeof v.getMetadata>[0]): SettingMetadata {
  return v.getMetadata(schema);
}

/** Describes an optional setting. */
export const optional = <TSchema extends v.GenericSchema>(
  schema: TSchema,
  description: string,
  defaultValue?: string,
) => v.optional(describe(schema, description, { defaultValue }));

/** Returns functions that describe an optional setting of those kinds of stack. */
export const settingOf =
  (kinds: readonly StackKind[]) =>
  <TSchema extends v.GenericSchema>(schema: TSchema, description: string, defaultValue?: string) =>
    v.optional(describe(schema, description, { defaultValue, kinds }));

/** Whether a host's node takes tasks. */
export const availability = optional(
  v.picklist(["active", "pause", "drain"]),
  "Whether its node takes tasks (`active`), only keeps those it has (`pause`), or hands them over (`drain`).",
  "unchanged; `active` for a new node",
);

/** Returns the availability of the nodes that have one, by host key. */
export const listAvailability = (hosts: Record<string, { availability?: NodeAvailability }>) =>
  Object.fromEntries(
    Object.entries(hosts).flatMap(([key, { availability }]) => (availability ? [[key, availability] as const] : [])),
  );

/** A string. Pulumi parses config that looks like a number as one, so both are accepted. */
export const stringOrNumber = v.pipe(v.union([v.string(), v.number()]), v.transform(String));

export const stringMap = v.record(v.string(), v.string());
export const strings = v.array(v.string());
