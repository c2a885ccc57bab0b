import { describe, expect, test } from "vitest";
import type { NamedTypes, PropertySpec } from "../../../../core/argument-types.ts";
import { plainArguments } from "../../../../plugin/construct/plain-arguments.ts";
import { outputSent } from "./output-sent.ts";

const TYPES: NamedTypes = {
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

const unknown = () => outputSent(undefined, { isKnown: false });
const read = (value: unknown, type: PropertySpec) => plainArguments({ value }, { value: type }, TYPES);

describe("plain arguments", () => {
  const live = { a: "component" };
  test.each<[string, unknown, PropertySpec, unknown]>([
    ["a value", outputSent(1), { type: "integer", plain: true }, 1],
    ["an enum", outputSent("on"), { $ref: "#/types/swarm:index:Mode", plain: true }, "on"],
    ["a reference", outputSent(live), SWARM, live],
    ["a reference to one of several", outputSent(live), { oneOf: [SWARM] }, live],
    ["references in a list", outputSent([live]), { type: "array", items: SWARM }, [live]],
    [
      "a list",
      [outputSent("a"), "b"],
      { type: "array", items: { type: "string", plain: true }, plain: true },
      ["a", "b"],
    ],
    [
      "a map of objects",
      { main: { hosts: outputSent(["a", outputSent("b")]) } },
      { type: "object", additionalProperties: POOL, plain: true },
      { main: { hosts: ["a", "b"] } },
    ],
    ["an object of the Engine's API", outputSent({ Name: "web" }), { $ref: "pulumi.json#/Any" }, { Name: "web" }],
    ["nothing", outputSent(undefined), { type: "integer", plain: true }, undefined],
  ])("are read from an Output: %s", async (_case, value, type, plain) => {
    expect(await read(value, type)).toEqual({ value: plain });
  });

  test.each<[string, unknown, PropertySpec]>([
    ["a value", unknown(), { type: "integer" }],
    ["a map", outputSent({ a: 1 }), { type: "object", additionalProperties: { type: "integer" } }],
    ["an argument that the schema does not have", outputSent(1), { type: "string" }],
  ])("leave an Output where the component takes one: %s", async (_case, value, type) => {
    expect((await read(value, type))["value"]).toBe(value);
  });

  test("leave an Output inside a plain object", async () => {
    const size = unknown();
    const { value } = await read(outputSent({ hosts: ["a"], size }), POOL);
    expect((value as { size: unknown }).size).toBe(size);
  });

  test("leave an Output inside an object that may be an Output", async () => {
    const hosts = outputSent(["a"]);
    const { value } = await read({ hosts }, { $ref: POOL.$ref });
    expect((value as { hosts: unknown }).hosts).toBe(hosts);
  });

  test.each<[string, unknown, PropertySpec, unknown]>([
    ["a plain argument", null, { type: "integer", plain: true }, undefined],
    ["an argument that may be an Output", null, { type: "integer" }, undefined],
    ["a field", { hosts: null, size: null }, POOL, {}],
  ])("leave out null: %s", async (_case, value, type, plain) => {
    expect(await read(value, type)).toEqual({ value: plain });
  });
});
