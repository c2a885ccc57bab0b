import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { plainArguments } from "../../../../plugin/construct/plain-arguments.ts";
import type { PackageSchema, PropertySpec } from "../../../../plugin/schema/package-schema.ts";

const TYPES: PackageSchema["types"] = {
  "swarm:index:Pool": {
    type: "object",
    description: "",
    properties: {
      hosts: { type: "array", items: { type: "string", plain: true }, plain: true },
      size: { type: "integer" },
    },
    required: [],
  },
  "swarm:index:Mode": { type: "string", description: "", enum: [{ name: "On", value: "on" }] },
};
const POOL: PropertySpec = { $ref: "#/types/swarm:index:Pool", plain: true };
const SWARM: PropertySpec = { $ref: "#/resources/swarm:index:Swarm" };

/** An Output as the SDK makes it of what another language sends. */
function output(value: unknown, { isKnown = true, isSecret = false } = {}): pulumi.Output<unknown> {
  const settled = <T>(of: T) => Promise.resolve(of);
  const { constructor } = Object.getPrototypeOf(pulumi.output(1)) as { constructor: OutputConstructor };
  return new constructor([], settled(value), settled(isKnown), settled(isSecret), settled([]));
}
type OutputConstructor = new (...parts: unknown[]) => pulumi.Output<unknown>;

const unknown = () => output(undefined, { isKnown: false });
const read = (value: unknown, type: PropertySpec) => plainArguments('Thing "x"', { value }, { value: type }, TYPES);

describe("plain arguments", () => {
  const live = { a: "component" };
  test.each<[string, unknown, PropertySpec, unknown]>([
    ["a value", output(1), { type: "integer", plain: true }, 1],
    ["an enum", output("on"), { $ref: "#/types/swarm:index:Mode", plain: true }, "on"],
    ["a reference", output(live), SWARM, live],
    ["a reference to one of several", output(live), { oneOf: [SWARM] }, live],
    ["references in a list", output([live]), { type: "array", items: SWARM }, [live]],
    ["a list", [output("a"), "b"], { type: "array", items: { type: "string", plain: true }, plain: true }, ["a", "b"]],
    [
      "a map of objects",
      { main: { hosts: output(["a", output("b")]) } },
      { type: "object", additionalProperties: POOL, plain: true },
      { main: { hosts: ["a", "b"] } },
    ],
    ["an object of the Engine's API", output({ Name: "web" }), { $ref: "pulumi.json#/Any" }, { Name: "web" }],
    ["nothing", output(undefined), { type: "integer", plain: true }, undefined],
  ])("are read from an Output: %s", async (_case, value, type, plain) => {
    expect(await read(value, type)).toEqual({ value: plain });
  });

  test.each<[string, unknown, PropertySpec]>([
    ["a value", unknown(), { type: "integer" }],
    ["a map", output({ a: 1 }), { type: "object", additionalProperties: { type: "integer" } }],
    ["an argument that the schema does not have", output(1), { type: "string" }],
  ])("leave an Output where the component takes one: %s", async (_case, value, type) => {
    expect((await read(value, type))["value"]).toBe(value);
  });

  test("leave an Output inside a plain object", async () => {
    const size = unknown();
    const { value } = await read(output({ hosts: ["a"], size }), POOL);
    expect((value as { size: unknown }).size).toBe(size);
  });

  test.each<[string, unknown, PropertySpec, string]>([
    ["a value", unknown(), { type: "integer", plain: true }, "value"],
    ["a list", unknown(), { type: "array", items: SWARM }, "value"],
    ["an item", { hosts: ["a", unknown()] }, POOL, "value.hosts[1]"],
    ["an object of the Engine's API", unknown(), { $ref: "pulumi.json#/Any" }, "value"],
  ])("are rejected if a preview does not know them: %s", async (_case, value, type, path) => {
    await expect(read(value, type)).rejects.toThrow(
      `Thing "x": ${path}: must be known before the program runs: give a value that no resource computes`,
    );
  });

  test("are rejected if they are secret, because they are no secrets in the state", async () => {
    const value = output("x", { isSecret: true });
    await expect(read(value, { type: "string", plain: true })).rejects.toThrow(
      'Thing "x": value: must not be a secret',
    );
  });
});
