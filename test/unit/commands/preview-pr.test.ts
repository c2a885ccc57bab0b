import { describe, expect, test } from "vitest";
import { previewComment } from "../../../commands/preview-pr/comment.ts";
import { shortType } from "../../../commands/preview-pr/planned.ts";
import { secretValues } from "../../../commands/preview-pr/secrets.ts";
import { maskSecrets, propertyChanges } from "../../../commands/preview-pr/values.ts";
import type { EngineEvent } from "../../../commands/lib/events.ts";
import {
  comment,
  component,
  type Inputs,
  replacement,
  report,
  diagnostic,
  service,
  STACK,
  step,
  STORE,
  summary,
  SWARM,
  UNKNOWN,
  update,
  URN,
} from "../preview-events.ts";

const SECRET_VALUE = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "[secret]" };

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

describe("the impacts of a change", () => {
  const one = (op: string, type: string, states: { old?: Inputs; new?: Inputs }) =>
    report(op === "replace" ? replacement(type, "it", states.old, states.new) : [step(op, type, "it", states)]).impacts;

  test.each<[string, string, string, RegExp]>([
    ["delete", "docker:index/volume:Volume", "data", /^the volume and its contents are deleted$/],
    ["replace", "docker:index/volume:Volume", "data", /^is replaced: the volume and its contents are deleted/],
    ["delete", "aws:ebs/volume:Volume", "data", /disk and its contents are deleted/],
    ["delete", "kubernetes:core/v1:PersistentVolumeClaim", "data", /claim is deleted/],
    ["delete", `${SWARM}:Bucket`, "data", /one that holds objects stays/],
    ["replace", `${SWARM}:Cluster`, "outage", /the Swarm is dissolved.*data in volumes stays/],
    ["delete", `${SWARM}:Member`, "outage", /leaves the Swarm/],
    [
      "delete",
      `${SWARM}:Service`,
      "outage",
      /all its tasks are removed; the data in its volumes and on mounted disks stays/,
    ],
    ["replace", "docker:index/network:Network", "outage", /is replaced.*disconnected/],
    ["delete", `${SWARM}:User`, "access", /rejects this user's keys/],
    ["delete", `${SWARM}:HostFirewall`, "access", /open to everyone/],
    ["replace", "random:index/pet:Pet", "change", /^is replaced: the previous one is deleted$/],
    ["delete", "random:index/pet:Pet", "change", /^it is deleted$/],
  ])("%s of a %s: %s", (op, type, kind, text) => {
    expect(one(op, type, { old: {}, new: {} })).toEqual([
      { kind, text: expect.stringMatching(text), resource: "it", type: shortType(type), operation: op },
    ]);
  });

  test.each<[string, string, { old?: Inputs; new?: Inputs }]>([
    ["create", "docker:index/volume:Volume", { new: {} }],
    ["update", "docker:index/volume:Volume", { old: {}, new: {} }],
    ["replace", "docker:index/secret:Secret", { old: {}, new: {} }],
    ["delete", `${SWARM}:NodeLabels`, { old: {} }],
    ["delete", "pulumi:providers:docker", { old: {} }],
    ["update", `${SWARM}:Service`, { old: service("silo:1", "create"), new: service("silo:1", "create") }],
    ["update", `${SWARM}:Service`, { old: service("silo:1", "create"), new: service("silo:2", "in-place") }],
    [
      "update",
      `${SWARM}:HostFirewall`,
      { old: { filter: { ports: [1] } }, new: { filter: { ports: [1] }, intact: true } },
    ],
    ["update", `${SWARM}:RootCredentials`, { old: { pools: ["a"] }, new: { pools: ["a", "b"] } }],
    ["update", "kubernetes:apps/v1:StatefulSet", { old: { spec: { replicas: 1 } }, new: { spec: { replicas: 2 } } }],
  ])("%s of a %s has none", (op, type, states) => expect(one(op, type, states)).toEqual([]));

  test.each<[string, { old: Inputs; new: Inputs }, string, RegExp]>([
    [
      `${SWARM}:Service`,
      { old: service("silo:1", "create"), new: service("silo:2", "all-at-once") },
      "outage",
      /^service minio-main: all tasks restart at once, a short outage: .*Image must be the same.* to stop the tasks \(at most 60 s\), to start the new ones \(about 3 s\)/,
    ],
    [
      `${SWARM}:Service`,
      { old: service("silo:1", "create"), new: service("silo:2", "one-by-one") },
      "rolling",
      /its tasks restart one by one: .*maintenance check passes$/,
    ],
    [
      `${SWARM}:Service`,
      { old: service("silo:1", "create"), new: service(UNKNOWN, "all-at-once") },
      "outage",
      /all tasks restart at once/,
    ],
    [
      `${SWARM}:RootCredentials`,
      { old: { passwordGeneration: "1" }, new: { passwordGeneration: "2" } },
      "access",
      /previous one is rejected/,
    ],
    [
      `${SWARM}:HostFirewall`,
      { old: { filter: { ports: [1] } }, new: { filter: { ports: [2] } } },
      "access",
      /clients that can reach/,
    ],
    [
      "kubernetes:apps/v1:StatefulSet",
      { old: { spec: { template: 1 } }, new: { spec: { template: 2 } } },
      "outage",
      /all members at once/,
    ],
  ])("update of a %s", (type, states, kind, text) => {
    expect(one("update", type, states)).toMatchObject([{ kind, text: expect.stringMatching(text) as string }]);
  });

  test("are sorted by severity", () => {
    const kinds = report([
      update("one-by-one"),
      ...replacement("random:index/pet:Pet", "pet"),
      step("delete", `${SWARM}:User`, "app", { old: {} }),
      step("delete", "docker:index/network:Network", "net", { old: {} }),
      step("delete", "docker:index/volume:Volume", "data", { old: {} }),
    ]).impacts.map(({ kind }) => kind);
    expect(kinds).toEqual(["data", "outage", "access", "change", "rolling"]);
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

describe("secrets", () => {
  test("masks values that Pulumi marks, at every depth", () => {
    expect(maskSecrets({ a: SECRET_VALUE, b: [{ c: SECRET_VALUE }] }, [])).toEqual({
      a: "[secret]",
      b: [{ c: "[secret]" }],
    });
  });

  const secret = 'p@ss "word"/+';
  test.each([
    ["in plain text", `KEY=${secret};`, "KEY=[secret];"],
    ["in JSON", JSON.stringify({ key: secret }), '{"key":"[secret]"}'],
    ["in an address", `https://${encodeURIComponent(secret)}@host`, "https://[secret]@host"],
    ["in base64", Buffer.from(secret).toString("base64"), "[secret]"],
    ["in base64 for addresses", Buffer.from(secret).toString("base64url"), "[secret]"],
    ["in hex", Buffer.from(secret).toString("hex"), "[secret]"],
    ["in capital hex", Buffer.from(secret).toString("hex").toUpperCase(), "[secret]"],
  ])("masks a secret of the config %s that a program passed on as plain text", (_how, text, expected) => {
    expect(maskSecrets(text, [secret])).toBe(expected);
  });

  test.each(["", "a", "ab", "admin:", "x-user:", "longer-user:"])(
    "a secret within a text in base64 is masked: after %j",
    (user) => {
      for (const encoding of ["base64", "base64url"] as const) {
        const header = Buffer.from(`${user}quite-a-long-secret?>~:tail`).toString(encoding);
        const hidden = maskSecrets(`Basic ${header}`, ["quite-a-long-secret?>~"]);
        expect(hidden).toMatch(/^Basic [\w+/-]{0,20}\[secret\][\w+/=-]{0,12}$/);
        const left = Buffer.from(hidden.slice(6).replace("[secret]", ""), encoding).toString();
        expect(left).not.toMatch(/quite|secret/);
      }
    },
  );

  const pem = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\nx==\n-----END PRIVATE KEY-----\n";
  test("masks each line of a multi-line secret, but not its header, footer and shortest lines", () => {
    const lines = pem.split("\n").map((line) => maskSecrets(`  ${line}`, [pem]).trim());
    expect(lines).toEqual([
      "-----BEGIN PRIVATE KEY-----",
      "[secret]",
      "[secret]",
      "x==",
      "-----END PRIVATE KEY-----",
      "",
    ]);
    expect(maskSecrets(`key: ${pem}`, [pem])).toBe("key: [secret]");
    expect(maskSecrets(JSON.stringify({ pem }), [pem])).toBe('{"pem":"[secret]"}');
    expect(maskSecrets(pem.replaceAll("\n", "\r\n"), [pem])).not.toContain("MII");
  });

  test("masks JSON as Go escapes it", () => {
    expect(maskSecrets('{"key":"a\\u003cb\\u0026c\\u003e"}', ["a<b&c>"])).toBe('{"key":"[secret]"}');
  });

  test("masks keys, and masks values before they are shortened", () => {
    const long = "s".repeat(300);
    expect(maskSecrets({ [secret]: 1 }, [secret])).toEqual({ "[secret]": 1 });
    const text = comment(component(), step("update", "a:b:C", "c", { old: {}, new: { x: `x${long}` } }));
    expect(text).toContain("sss");
    const hidden = previewComment([
      report([component(), step("update", "a:b:C", "c", { old: {}, new: { x: `x${long}` } })], { secrets: [long] }),
    ]);
    expect(hidden).toContain("x[secret]");
    expect(hidden).not.toContain("sss");
  });

  test("masks two secrets with a common prefix completely", () => {
    expect(maskSecrets("hunter2-long hunter2", ["hunter2", "hunter2-long"])).toBe("[secret] [secret]");
  });

  test("masks messages, policies and names", () => {
    const events = [diagnostic(`bad ${secret}`, "error"), step("create", "a:b:C", secret, { new: {} })];
    const policy = {
      policyName: "p",
      policyPackName: "x",
      enforcementLevel: "mandatory",
      message: `is ${secret}`,
      resourceUrn: "",
    };
    const made = report([...events, { policyEvent: policy }], { secrets: [secret], succeeded: false });
    expect(JSON.stringify(made)).not.toContain("word");
    expect(previewComment([made])).not.toContain("word");
  });
});

describe("the secret values of a config", () => {
  const secret = (value: string, objectValue?: unknown) => ({ value, objectValue, secret: true });
  const prelude = (config: Record<string, string>): EngineEvent[] => [{ preludeEvent: { config } }];

  test.each<[string, Parameters<typeof secretValues>, string[]]>([
    ["do not include a plain one", [{ a: { value: "x", secret: false } }, []], []],
    ["include a secret one", [{ a: secret("hunter2") }, prelude({ a: "[secret]" })], ["hunter2"]],
    ["are the same without any events", [{ a: secret("hunter2") }, []], ["hunter2"]],
    [
      "include only the secret parts of a structured one",
      [{ a: secret("…", { b: "plain", c: ["x", "deep"] }) }, prelude({ a: '{"b":"plain","c":["x","[secret]"]}' })],
      ["deep"],
    ],
    [
      "include all of a structured one if its secret parts are unknown",
      [{ a: secret("…", { b: "one", c: { d: 2 } }) }, []],
      ["one", "2"],
    ],
    ["include one that looks like a number", [{ a: secret("1234") }, prelude({ a: "[secret]" })], ["1234"]],
  ])("%s", (_what, given, expected) => expect(secretValues(...given)).toEqual(expected));
});

test.each<[string, string]>([
  [`${SWARM}:Service`, "swarm:Service"],
  ["docker:index/network:Network", "docker:Network"],
  ["aws:ec2/instance:Instance", "aws:ec2:Instance"],
  ["kubernetes:apps/v1:StatefulSet", "kubernetes:apps:StatefulSet"],
  ["swarm:index:MinioService", "swarm:MinioService"],
  ["pulumi:providers:docker", "pulumi:providers:docker"],
])("%s is displayed as %s", (type, name) => expect(shortType(type)).toBe(name));
