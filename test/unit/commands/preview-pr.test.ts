import { describe, expect, test } from "vitest";
import { shortType } from "../../../commands/preview-pr/planned.ts";
import { propertyChanges } from "../../../commands/preview-pr/values.ts";
import {
  component,
  type Inputs,
  replacement,
  report,
  diagnostic,
  STACK,
  step,
  STORE,
  summary,
  SWARM,
  UNKNOWN,
  update,
  URN,
} from "../preview-events.ts";

describe("the report", () => {
  test("merges the three steps of a replacement into one change, in the group of its component", () => {
    const { components } = report([
      component(),
      update("all-at-once"),
      ...replacement("docker:index/secret:Secret", "minio-root-user", { data: "a" }, { data: "b" }),
      step("same", `${SWARM}:NodeLabels`, "minio-member-a", { old: {}, new: {} }),
      step("create", "docker:index/volume:Volume", "own", { new: {} }, STACK),
    ]);
    expect(components).toEqual([
      {
        name: "minio",
        type: "MinioService",
        changes: [
          expect.objectContaining({ name: "minio-main", type: "swarm:Service", operation: "update" }),
          expect.objectContaining({
            name: "minio-root-user",
            operation: "replace",
            properties: [{ path: "data", before: "a", after: "b" }],
          }),
        ],
      },
      { name: "", type: "", changes: [{ name: "own", type: "docker:Volume", operation: "create", properties: [] }] },
    ]);
  });

  test("groups a nested component under the outer one, also if both are deleted", () => {
    const inner = `${URN}swarm:index:Inner::inner`;
    const { components, impacts: effects } = report([
      step("delete", "docker:index/volume:Volume", "data", { old: {} }, inner),
      step("delete", "swarm:index:Inner", "inner", { old: {} }, STORE),
      component("delete"),
    ]);
    expect(components.map(({ name, changes }) => [name, changes.map((change) => change.name)])).toEqual([
      ["minio", ["data"]],
    ]);
    expect(effects.map(({ resource, kind }) => [resource, kind])).toEqual([["data", "data"]]);
  });

  test("uses Pulumi's own count, or counts the steps if there is none", () => {
    expect(report([update("in-place"), summary({ update: 1, same: 16 })]).counts).toEqual({ update: 1, same: 16 });
    expect(report([update("in-place")]).counts).toEqual({ update: 1 });
  });

  test("omits default providers, the stack itself and refreshes", () => {
    const { components } = report([
      step("create", "pulumi:providers:docker", "default_5_2_0", { new: {} }, STACK),
      step("create", "pulumi:pulumi:Stack", "shop-prod", { new: {} }, ""),
      step("refresh", "docker:index/network:Network", "net", { old: {}, new: {} }),
    ]);
    expect(components).toEqual([]);
  });

  test("survives JSON unchanged", () => {
    const made = report([component(), update("all-at-once"), diagnostic("a\n"), summary({ update: 1 })]);
    expect(JSON.parse(JSON.stringify(made))).toEqual(made);
  });

  test("shows each message once, without debug output and texts of impacts", () => {
    const [line = ""] = report([update("all-at-once")]).impacts.map(({ text }) => text);
    const { messages } = report([
      update("all-at-once"),
      diagnostic(line),
      diagnostic("clock off", "warning"),
      diagnostic("clock off", "warning"),
      diagnostic("x", "debug"),
      diagnostic(" \n"),
    ]);
    expect(messages).toEqual([{ severity: "warning", text: "clock off" }]);
  });
});

describe("properties", () => {
  test.each<[string, Inputs, Inputs, object[]]>([
    ["a nested one", { a: { b: 1, c: 1 } }, { a: { b: 2, c: 1 } }, [{ path: "a.b", before: "1", after: "2" }]],
    ["a new one", {}, { a: "x" }, [{ path: "a", before: undefined, after: "x" }]],
    ["one that goes", { a: "x" }, {}, [{ path: "a", before: "x", after: undefined }]],
    [
      "of a list of texts what goes and comes",
      { env: ["A=1", "B=1"] },
      { env: ["A=1", "B=2"] },
      [{ path: "env", before: "B=1", after: "B=2" }],
    ],
    [
      "another order",
      { list: ["a", "b"] },
      { list: ["b", "a"] },
      [{ path: "list", before: '["a","b"]', after: '["b","a"]' }],
    ],
    [
      "a list of others",
      { ports: [{ port: 1 }] },
      { ports: [] },
      [{ path: "ports", before: '{"port":1}', after: undefined }],
    ],
    ["an unknown one", { id: "x" }, { id: UNKNOWN }, [{ path: "id", before: "x", after: "(known after the update)" }]],
    [
      "a label, without a bridge's notes",
      {
        labels: [
          { __defaults: [], label: "a", value: "1" },
          { __defaults: [], label: "b", value: "1" },
        ],
      },
      {
        labels: [
          { __defaults: [], label: "a", value: "1" },
          { __defaults: [], label: "b", value: "2" },
        ],
      },
      [{ path: "labels", before: '{"label":"b","value":"1"}', after: '{"label":"b","value":"2"}' }],
    ],
    [
      "one within a list",
      { ids: [{ id: "x" }] },
      { ids: [{ id: UNKNOWN }] },
      [{ path: "ids", before: '{"id":"x"}', after: '{"id":"(known after the update)"}' }],
    ],
    ["plumbing", { managers: 1, connection: 1 }, { managers: 2, connection: 2 }, []],
  ])("%s", (_what, before, after, expected) => expect(propertyChanges(before, after)).toEqual(expected));

  test("shortens long values, and joins lines", () => {
    const [change] = propertyChanges({}, { text: `first\nsecond ${"x".repeat(500)}` });
    expect(change?.after).toMatch(/^first second x{100,}…$/);
    expect(change?.after?.length).toBeLessThan(130);
  });
});

test.each<[string, string]>([
  [`${SWARM}:Service`, "swarm:Service"],
  ["docker:index/network:Network", "docker:Network"],
  ["aws:ec2/instance:Instance", "aws:ec2:Instance"],
  ["kubernetes:apps/v1:StatefulSet", "kubernetes:apps:StatefulSet"],
  ["swarm:index:MinioService", "swarm:MinioService"],
  ["pulumi:providers:docker", "pulumi:providers:docker"],
])("%s is displayed as %s", (type, name) => expect(shortType(type)).toBe(name));
