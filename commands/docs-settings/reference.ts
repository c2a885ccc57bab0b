import { toJsonSchema } from "@valibot/to-json-schema";
import { format } from "prettier";
import * as v from "valibot";
import { getMetadata, type SettingMetadata, STACK_KINDS } from "../../stacks/setting.ts";
import { settingsSchema } from "../../stacks/settings-schema.ts";

/** A schema, as far as the table shows it. */
interface SchemaNode extends v.GenericSchema {
  entries?: Record<string, SchemaNode>;
  value?: SchemaNode;
  item?: SchemaNode;
  wrapped?: SchemaNode;
  options?: readonly (string | SchemaNode)[];
  literal?: unknown;
}

const MIDDLE = `
Write them as \`pulumi-swarm:<setting>\` under \`config\` in \`Pulumi.<stack>.yaml\`. Set secrets with \`pulumi config set --secret\`.
A setting that does not apply to the kind of the stack is rejected. Editors with the YAML language server complete and
check stack files that begin with:

\`\`\`yaml
# yaml-language-server: $schema=docs/pulumi-stack.schema.json
\`\`\`

\`<key>\` stands for a name that you choose, \`[]\` for each item of a list.
`;

/** Returns the contents of the generated files by their paths, formatted. */
export async function settingsFiles(): Promise<Record<string, string>> {
  const files = {
    "docs/settings.md": settingsPage(),
    "docs/pulumi-stack.schema.json": JSON.stringify(stackFileSchema()),
  };
  const formatted = Object.entries(files).map(
    async ([path, text]) => [path, await format(text, { filepath: path, printWidth: 120 })] as const,
  );
  return Object.fromEntries(await Promise.all(formatted));
}

/** Returns docs/settings.md: one table of the settings, then one for each setting with nested settings. */
function settingsPage(): string {
  const rows = Object.entries(settingsSchema.entries).map(([name, schema]) => {
    const { kinds = [] } = getMetadata(schema.wrapped);
    return row(name, schema, kinds.length === STACK_KINDS.length ? "all" : kinds.join(", "));
  });
  const nested = Object.entries(settingsSchema.entries).flatMap(([name, schema]) => {
    const own = nestedRows(name, schema).map(([path, node]) => row(path, node));
    if (own.length === 0) return [];
    return [`\n## Settings below \`${name}\`\n`, "| setting | type | default | description |", rule(4), ...own];
  });
  const head = ["| setting | type | default | stack kinds | description |", rule(5)];
  return `# Stack settings\n\nGenerated from stacks/settings-schema.ts by \`npm run docs:settings\`.\n${MIDDLE}\n${[...head, ...rows, ...nested].join("\n")}\n`;
}

/** Returns docs/pulumi-stack.schema.json: a JSON Schema of stack files. */
function stackFileSchema(): object {
  const { properties = {}, $schema } = toJsonSchema(settingsSchema, {
    typeMode: "input",
    ignoreActions: ["transform"],
    overrideAction: ({ valibotAction, jsonSchema }) =>
      valibotAction.type === "metadata"
        ? withMetadata(jsonSchema, (valibotAction as unknown as { metadata: SettingMetadata }).metadata)
        : undefined,
  });
  // Any value may be a secret.
  const secret = { type: "object", properties: { secure: { type: "string" } }, required: ["secure"] };
  const entries = Object.entries(properties).map(([name, schema]) => {
    const { description, ...value } = schema as { description?: string };
    return [`pulumi-swarm:${name}`, { description, anyOf: [name === "stack" ? { enum: STACK_KINDS } : value, secret] }];
  });
  const config = {
    type: "object",
    properties: Object.fromEntries(entries) as object,
    patternProperties: { "^(?!pulumi-swarm:)": true },
    additionalProperties: false,
  };
  return { $schema, title: "Stack file of pulumi-swarm", type: "object", properties: { config } };
}

function row(path: string, schema: SchemaNode, kinds?: string): string {
  const inner = schema.wrapped ?? schema;
  const { defaultValue = "" } = getMetadata(inner);
  const cells = [`\`${path}\``, typeOf(schema), schema.wrapped ? defaultValue : "required"];
  const all = [...cells, ...(kinds === undefined ? [] : [kinds]), v.getDescription(inner) ?? ""];
  return `| ${all.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

/** Returns the settings below a setting, at any depth, with their paths. */
function nestedRows(path: string, schema: SchemaNode): [string, SchemaNode][] {
  const { entries, value, item, wrapped } = schema;
  if (wrapped) return nestedRows(path, wrapped);
  if (value) return nestedRows(`${path}.<key>`, value);
  if (item) return nestedRows(`${path}[]`, item);
  return Object.entries(entries ?? {}).flatMap(([name, entry]) => [
    [`${path}.${name}`, entry] as [string, SchemaNode],
    ...nestedRows(`${path}.${name}`, entry),
  ]);
}

function typeOf(schema: SchemaNode): string {
  const { wrapped, value, item, entries, options, literal } = schema;
  if (wrapped) return typeOf(wrapped);
  if (value) return `map of ${typeOf(value)}`;
  if (item) return `list of ${typeOf(item)}`;
  if (entries) return "object";
  if (literal !== undefined) return `\`${JSON.stringify(literal)}\``;
  if (options)
    return options.map((option) => (typeof option === "string" ? `\`${option}\`` : typeOf(option))).join(", ");
  return schema.type;
}

const rule = (columns: number) => `|${" --- |".repeat(columns)}`;

/** Adds the default and the kinds of stack to the description, which editors show. */
function withMetadata<T extends { description?: string }>(jsonSchema: T, { defaultValue, kinds }: SettingMetadata): T {
  const parts = [jsonSchema.description];
  if (defaultValue?.startsWith("required")) parts.push("Required.");
  else if (defaultValue) parts.push(`Default: ${defaultValue}.`);
  if (kinds && kinds.length < STACK_KINDS.length) parts.push(`Kinds of stack: ${kinds.join(", ")}.`);
  return Object.assign(jsonSchema, {
    description: parts.filter(Boolean).join(" "),
    defaultValue: undefined,
    kinds: undefined,
  });
}
