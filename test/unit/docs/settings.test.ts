import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { parse } from "yaml";
import { expect, test } from "vitest";
import { settingsFiles } from "../../../commands/docs-settings/reference.ts";
import { settingsSchema } from "../../../stacks/settings-schema.ts";
import { getMetadata, STACK_KINDS } from "../../../stacks/setting.ts";
import { ROOT } from "../../../toolchain/cache.ts";

/** The part of the JSON Schema that describes a stack's config. */
interface ConfigSchema {
  properties: object;
  patternProperties: object;
  additionalProperties: boolean;
}

const read = (file: string) => readFileSync(join(ROOT, file), "utf8");
const files = await settingsFiles();

test.each(Object.entries(files))("%s is up to date: npm run docs:settings", (file, text) => {
  expect(read(file)).toBe(text);
});

test.each(Object.entries(settingsSchema.entries))("%s has a description, a default and kinds of stack", (_, schema) => {
  const { defaultValue, kinds } = getMetadata(schema.wrapped);
  expect(v.getDescription(schema.wrapped)).toMatch(/\.$/);
  expect(defaultValue).toMatch(/./);
  expect(STACK_KINDS).toEqual(expect.arrayContaining([...kinds!]));
});

test("the JSON Schema has every setting, and rejects others", () => {
  const { config } = (JSON.parse(files["docs/pulumi-stack.schema.json"]!) as { properties: { config: ConfigSchema } })
    .properties;
  const names = Object.keys(config.properties).map((name) => name.replace("pulumi-swarm:", ""));
  expect(names).toEqual(Object.keys(settingsSchema.entries));
  expect(config.additionalProperties).toBe(false);
  expect("pulumi-swarm:colour").not.toMatch(new RegExp(Object.keys(config.patternProperties)[0]!));
  expect("aws:region").toMatch(new RegExp(Object.keys(config.patternProperties)[0]!));
});

test.each(["dev", "kubernetes", "prod"])(
  "Pulumi.%s.yaml names the JSON Schema, and has only known settings",
  (stack) => {
    const text = read(`Pulumi.${stack}.yaml`);
    expect(text.split("\n")[0]).toBe("# yaml-language-server: $schema=docs/pulumi-stack.schema.json");
    const { config } = parse(text) as { config: Record<string, unknown> };
    const names = Object.keys(config).filter((name) => name.startsWith("pulumi-swarm:"));
    expect(Object.keys(settingsSchema.entries)).toEqual(
      expect.arrayContaining(names.map((name) => name.replace("pulumi-swarm:", ""))),
    );
  },
);
