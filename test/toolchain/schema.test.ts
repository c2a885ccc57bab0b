import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { argumentTableFile, generateArgumentTable, generateSchema, schemaFile } from "../../plugin/schema/generate.ts";
import { ROOT } from "../../toolchain/cache.ts";

const fixture = (name: string) => join(import.meta.dirname, "schema", name);

test("plugin/schema.json is up to date: npm run schema", () => {
  expect(readFileSync(join(ROOT, "plugin", "schema.json"), "utf8")).toBe(schemaFile());
});

test("components/argument-table.ts is up to date: npm run schema", () => {
  expect(readFileSync(join(ROOT, "components", "argument-table.ts"), "utf8")).toBe(argumentTableFile());
});

describe("the table of arguments for programs on Node.js", () => {
  const inputs = (name: string) => generateArgumentTable([fixture(name)]).components["Thing"];

  test("has what other languages can pass, functions, and enums as texts", () => {
    expect(inputs("components.ts")).toMatchObject({
      properties: {
        count: { type: "integer" },
        engines: { type: "array", items: {}, plain: true },
        other: { $ref: "#/resources/swarm:index:Other" },
        part: { $ref: "#/types/swarm:index:Part", plain: true },
        plainVolume: { type: "string", plain: true },
        spec: { $ref: "pulumi.json#/Any" },
        transform: { type: "function" },
        volume: { type: "string" },
      },
      required: ["inherited"],
    });
  });

  test("accepts any value where other languages can pass none", () => {
    const plain = { $ref: "pulumi.json#/Any", description: "" };
    expect(inputs("unsupported.ts")?.properties).toEqual({
      ...{ either: plain, off: plain, shapes: plain, foreign: plain, hidden: plain, picked: plain },
      ...{ deferred: { description: "" }, target: plain },
      callback: { type: "function", description: "" },
      inner: { $ref: "#/types/swarm:index:Inner", plain: true, description: "" },
    });
  });
});

describe("the schema of components", () => {
  const { resources, types } = generateSchema(fixture("components.ts"));
  const thing = resources["swarm:index:Thing"];
  const input = (name: string) => thing?.inputProperties[name];

  test("has each exported component class", () => {
    expect(Object.keys(resources)).toEqual(["swarm:index:Other", "swarm:index:Thing"]);
    expect(thing).toMatchObject({ description: "The first component.", isComponent: true });
    expect(resources["swarm:index:Other"]?.inputProperties).toEqual({
      flag: { type: "boolean", plain: true, description: "" },
    });
  });

  test.each([
    ["count", { type: "integer" }],
    ["cpus", { type: "number" }],
    ["password", { type: "string", secret: true }],
    ["flag", { type: "boolean", plain: true }],
    ["volume", { $ref: "#/types/swarm:index:Volume" }],
    ["plainVolume", { $ref: "#/types/swarm:index:Volume", plain: true }],
    ["plainList", { type: "array", items: { type: "string", plain: true }, plain: true }],
    ["list", { type: "array", items: { type: "string" } }],
    ["map", { type: "object", additionalProperties: { type: "string" }, plain: true }],
    ["part", { $ref: "#/types/swarm:index:Part", plain: true }],
    [
      "parts",
      { type: "object", additionalProperties: { $ref: "#/types/swarm:index:Partition", plain: true }, plain: true },
    ],
    ["deep", { $ref: "#/types/swarm:index:Loose" }],
    ["spec", { $ref: "pulumi.json#/Any" }],
    ["engines", { type: "array", items: { $ref: "pulumi.json#/Any" }, plain: true }],
    ["other", { $ref: "#/resources/swarm:index:Other" }],
    ["others", { type: "array", items: { $ref: "#/resources/swarm:index:Other" } }],
    ["either", { $ref: "#/resources/swarm:index:Thing" }],
    ["any", { oneOf: [{ $ref: "#/resources/swarm:index:Thing" }, { $ref: "#/resources/swarm:index:Other" }] }],
  ])("has the argument %s", (name, type) => {
    const { description, ...found } = input(name) ?? {};
    expect(description).toBeDefined();
    expect(found).toEqual(type);
  });

  test("has no argument that only TypeScript has", () => {
    expect(input("transform")).toBeUndefined();
  });

  test("lists arguments by name, whichever interface declares them", () => {
    const names = Object.keys(thing?.inputProperties ?? {});
    expect(names).toContain("inherited");
    expect(names).toEqual(names.toSorted());
  });

  test("requires the arguments that are not optional", () => {
    expect(thing?.requiredInputs).toEqual(["inherited"]);
    expect(types["swarm:index:Part"]).toMatchObject({ required: ["size"] });
  });

  test("has doc comments with one line a paragraph, and defaults", () => {
    expect(input("inherited")?.description).toBe("Taken from a base interface, on two lines.\n\nA second paragraph.");
    expect(input("count")?.description).toBe("Default: 3.");
    expect(input("cpus")?.description).toBe("CPUs.\n\nDefault: no limit.");
  });

  test("has enums and object types", () => {
    expect(types["swarm:index:Volume"]).toEqual({
      type: "string",
      description: "How loud it is.",
      enum: [
        { name: "Loud", value: "loud" },
        { name: "VeryQuiet", value: "very-quiet" },
      ],
    });
    expect(types["swarm:index:Loose"]).toEqual({
      type: "object",
      description: "Loose settings.",
      properties: { amount: { type: "integer", description: "How many." } },
      required: ["amount"],
    });
  });

  test("has outputs, without those for TypeScript, internal ones and methods", () => {
    expect(Object.keys(thing?.properties ?? {}).toSorted()).toEqual(["key", "others", "title", "volumes"]);
    expect(thing?.required.toSorted()).toEqual(["others", "title", "volumes"]);
    expect(thing?.properties["key"]).toEqual({ type: "string", description: "Its key.", secret: true });
    expect(thing?.properties["volumes"]).toMatchObject({
      type: "object",
      additionalProperties: { $ref: "#/types/swarm:index:Volume" },
    });
    expect(Object.keys(resources["swarm:index:Other"]?.properties ?? {})).toEqual(["title"]);
  });
});

test("names every argument that other languages cannot pass", () => {
  const lines = [
    "either: other languages have no union string | number without a name",
    "off: other languages have no union number | false without a name",
    "shapes: other languages have no type { a: string }",
    "shapes: other languages have no type { b: string }",
    "shapes: other languages have no union Shapes of anything but strings or components",
    "callback: other languages have no type (value: string) => string",
    "foreign: other languages have no type Map<string, string>",
    "hidden: other languages have no class Hidden that is not a component",
    'picked: other languages have no type Pick<ThingArgs, "either">',
    "deferred: other languages have no union string | number without a name",
    "target: other languages have no interface Target with Outputs",
    "guessed: other languages have no field or generic type without an explicit type",
  ].map((line) => `Thing.${line}`);
  const inner = "Inner.symbol: other languages have no type symbol";
  const all = [...lines.slice(0, -3), inner, ...lines.slice(-3)];
  expect(() => generateSchema(fixture("unsupported.ts"))).toThrow(new Error(all.join("\n")));
});
