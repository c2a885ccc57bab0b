import * as pulumi from "@pulumi/pulumi";
import * as v from "valibot";
import { suggestName } from "../core/closest-name.ts";
import { getMetadata, type StackKind } from "./setting.ts";
import { type Settings, settingsSchema } from "./settings-schema.ts";

export type { Settings } from "./settings-schema.ts";

/**
 * The drives of every host, if neither the host nor the stack names any. A `Host` has one; stacks have four, so that a
 * store on one host has several drives, as one in production has.
 */
export const DEFAULT_DRIVES = { d1: {}, d2: {}, d3: {}, d4: {} };

/** Reads and validates the stack's config. */
export function readSettings(): Settings {
  const config = new pulumi.Config("pulumi-swarm");
  const keys = Object.keys(pulumi.runtime.allConfig()).filter((key) => key.startsWith("pulumi-swarm:"));
  const values = keys
    .map((key) => key.slice("pulumi-swarm:".length))
    .map((name) => [name, name === "rootPassword" ? readRootPassword(config) : parseValue(config.require(name))]);
  const result = v.safeParse(settingsSchema, Object.fromEntries(values));
  if (result.success) return result.output;
  throw new pulumi.RunError(result.issues.map(formatIssue).join("\n"));
}

/** Rejects settings that only other kinds of stack have. */
export function rejectSettingsOfOtherKinds(settings: Settings, kind: StackKind): void {
  const names = (Object.keys(settingsSchema.entries) as (keyof Settings)[]).filter(
    (name) => !getMetadata(settingsSchema.entries[name].wrapped).kinds?.includes(kind),
  );
  rejectSettings(settings, names, `a stack of kind ${kind}`);
}

/** Rejects the given settings among the named ones, because they have no effect in such a stack. */
export function rejectSettings(settings: Settings, names: readonly (keyof Settings)[], stack: string): void {
  const lines = names
    .filter((name) => settings[name] !== undefined)
    .map(
      (name) =>
        `config pulumi-swarm:${name}: does not apply to ${stack}: remove it with ` +
        `\`pulumi config rm pulumi-swarm:${name}\``,
    );
  if (lines.length > 0) throw new pulumi.RunError(lines.join("\n"));
}

/** Returns the drives of hosts; rejects those with a size, which only Kubernetes volumes have. */
export function getHostDrives({ drives = DEFAULT_DRIVES }: Settings, kind: StackKind): NonNullable<Settings["drives"]> {
  const sized = Object.entries(drives).filter(([, { size, storageClass }]) => (size ?? storageClass) !== undefined);
  if (sized.length === 0) return drives;
  const problem = `a drive has no size and no storageClass in a stack of kind ${kind}: remove them`;
  throw new pulumi.RunError(sized.map(([key]) => `config pulumi-swarm:drives.${key}: ${problem}`).join("\n"));
}

/**
 * Returns the password unparsed, because it may look like JSON. Rejects a plain one, which files and the state would
 * show.
 */
function readRootPassword(config: pulumi.Config): string {
  const secrets = JSON.parse(process.env["PULUMI_CONFIG_SECRET_KEYS"] || "[]") as string[];
  if (secrets.includes("pulumi-swarm:rootPassword")) return config.require("rootPassword");
  throw new pulumi.RunError(
    'config pulumi-swarm:rootPassword "(secret)": is not a secret: set it with ' +
      "`pulumi config set --secret pulumi-swarm:rootPassword`, which asks for it",
  );
}

/** Parses a config value: structured ones arrive as JSON, others as text. */
function parseValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Types in the words of YAML. */
const TYPE_NAMES: Readonly<Record<string, string>> = {
  Object: "a map",
  Array: "a list",
  string: "a string",
  number: "a number",
  boolean: "true or false",
};

function formatIssue(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue) ?? "";
  if (issue.type === "strict_object" && issue.expected !== "never") return `config pulumi-swarm:${path}: is missing`;
  if (issue.type === "strict_object") {
    const name = String(issue.path?.at(-1)?.key);
    const known = Object.keys(getEntriesAround(issue));
    return `config pulumi-swarm:${path}: there is no such setting: ${suggestName(name, known)}`;
  }
  // A choice is written as `("a" | "b")`.
  const types = (issue.expected ?? "something else").replace(/^\((.*)\)$/, "$1").split(" | ");
  const expected = types.map((type) => TYPE_NAMES[type] ?? type).join(" or ");
  const received = `expected ${expected}, but it is ${TYPE_NAMES[issue.received] ?? issue.received}`;
  return `config pulumi-swarm:${path}: ${received}: change it with \`pulumi config set pulumi-swarm:${path} …\``;
}

/** The parts of a schema that `getEntriesAround` reads. */
interface SchemaNode {
  /** Set for an object. */
  entries?: object;
  /** Set for a record. */
  value?: SchemaNode;
  /** Set for an array. */
  item?: SchemaNode;
  /** Set for an optional schema. */
  wrapped?: SchemaNode;
}

/** Returns the entries of the object schema that the issue is in. */
function getEntriesAround(issue: v.BaseIssue<unknown>): object {
  const keys = (issue.path ?? []).slice(0, -1).map(({ key }) => String(key));
  const found = keys.reduce<SchemaNode | undefined>((node, key) => {
    const { entries, value, item, wrapped } = node?.wrapped ?? node ?? {};
    return value ?? item ?? wrapped ?? (entries as Record<string, SchemaNode> | undefined)?.[key];
  }, settingsSchema);
  return (found?.wrapped ?? found)?.entries ?? {};
}
