import { describe, expect, test } from "vitest";
import { LIMIT, MARKER, previewComment } from "../../commands/preview-pr/comment.ts";
import type { Operation } from "../../commands/preview-pr/planned.ts";
import { shortType } from "../../commands/preview-pr/planned.ts";
import { type PreviewReport, previewReport } from "../../commands/preview-pr/report.ts";
import { secretValues } from "../../commands/preview-pr/secrets.ts";
import { masked, propertyChanges } from "../../commands/preview-pr/values.ts";
import type { EngineEvent } from "../../commands/support/events.ts";

const SECRET_VALUE = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "[secret]" };
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const SWARM = "pulumi-nodejs:dynamic/swarm";
const URN = "urn:pulumi:prod::shop::";
const STACK = `${URN}pulumi:pulumi:Stack::shop-prod`;
const STORE = `${URN}pulumi-swarm:index:MinioService::minio`;

type Inputs = Record<string, unknown>;

function step(
  op: string,
  type: string,
  name: string,
  states: { old?: Inputs; new?: Inputs },
  parent = STORE,
): EngineEvent {
  const state = (inputs?: Inputs) => inputs && { parent, custom: !type.startsWith("pulumi-swarm:"), inputs };
  const metadata = { op, type, urn: `${URN}${type}::${name}`, old: state(states.old), new: state(states.new) };
  return { resourcePreEvent: { metadata } };
}
const component = (op = "same"): EngineEvent =>
  step(op, "pulumi-swarm:index:MinioService", "minio", { [op === "delete" ? "old" : "new"]: {} }, STACK);
const said = (message: string, severity = "info"): EngineEvent => ({ diagnosticEvent: { message, severity } });
const summary = (resourceChanges: Record<string, number>): EngineEvent => ({ summaryEvent: { resourceChanges } });

const report = (events: EngineEvent[], over: Partial<Parameters<typeof previewReport>[0]> = {}): PreviewReport =>
  previewReport({ stack: "prod", succeeded: true, events, ...over });
const comment = (...events: EngineEvent[]) => previewComment([report(events)]);

/** A store's service, and how a change of it rolls out. */
function service(image: string, mode: string, env: string[] = []): Inputs {
  const ContainerSpec = { Image: image, Env: env, StopGracePeriod: 60e9, Healthcheck: { Test: ["NONE"] } };
  return {
    spec: { Name: "minio-main", TaskTemplate: { ContainerSpec } },
    rollout: { mode, because: "TaskTemplate.ContainerSpec.Image must be the same in all tasks" },
    maintenanceCommand: ["mc"],
    __provider: "code",
  };
}
const update = (mode: string, env?: [string[], string[]]) =>
  step("update", `${SWARM}:Service`, "minio-main", {
    old: service("silo:1", "create", env?.[0]),
    new: service("silo:2", mode, env?.[1]),
  });
const replaced = (type: string, name: string, old: Inputs = {}, news: Inputs = {}) =>
  ["delete-replaced", "replace", "create-replacement"].map((op) => step(op, type, name, { old, new: news }));

describe("the report", () => {
  test("the three steps of a replacement are one change, grouped with what else its component has", () => {
    const { components } = report([
      component(),
      update("all-at-once"),
      ...replaced("docker:index/secret:Secret", "minio-root-user", { data: "a" }, { data: "b" }),
      step("same", `${SWARM}:NodeSettings`, "minio-member-a", { old: {}, new: {} }),
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

  test("a component within another belongs to the outer one, also when both go", () => {
    const inner = `${URN}pulumi-swarm:index:Inner::inner`;
    const { components, effects } = report([
      step("delete", "docker:index/volume:Volume", "data", { old: {} }, inner),
      step("delete", "pulumi-swarm:index:Inner", "inner", { old: {} }, STORE),
      component("delete"),
    ]);
    expect(components.map(({ name, changes }) => [name, changes.map((change) => change.name)])).toEqual([
      ["minio", ["data"]],
    ]);
    expect(effects.map(({ resource, kind }) => [resource, kind])).toEqual([["data", "data"]]);
  });

  test("Pulumi's own count is taken; without one its steps are counted", () => {
    expect(report([update("in-place"), summary({ update: 1, same: 16 })]).counts).toEqual({ update: 1, same: 16 });
    expect(report([update("in-place")]).counts).toEqual({ update: 1 });
  });

  test("default providers, the stack itself and refreshes are no changes", () => {
    const { components } = report([
      step("create", "pulumi:providers:docker", "default_5_2_0", { new: {} }, STACK),
      step("create", "pulumi:pulumi:Stack", "shop-prod", { new: {} }, ""),
      step("refresh", "docker:index/network:Network", "net", { old: {}, new: {} }),
    ]);
    expect(components).toEqual([]);
  });

  test("it survives JSON unchanged", () => {
    const made = report([component(), update("all-at-once"), said("a\n"), summary({ update: 1 })]);
    expect(JSON.parse(JSON.stringify(made))).toEqual(made);
  });

  test("what is said is told once, without what only debugging needs or an effect says already", () => {
    const [line = ""] = report([update("all-at-once")]).effects.map(({ text }) => text);
    const { messages } = report([
      update("all-at-once"),
      said(line),
      said("clock off", "warning"),
      said("clock off", "warning"),
      said("x", "debug"),
      said(" \n"),
    ]);
    expect(messages).toEqual([{ severity: "warning", text: "clock off" }]);
  });
});

describe("what a change means", () => {
  const one = (op: string, type: string, states: { old?: Inputs; new?: Inputs }) =>
    report(op === "replace" ? replaced(type, "it", states.old, states.new) : [step(op, type, "it", states)]).effects;

  test.each<[string, string, string, RegExp]>([
    ["delete", "docker:index/volume:Volume", "data", /^the volume goes with all that is in it$/],
    ["replace", "docker:index/volume:Volume", "data", /^is made anew: the volume goes/],
    ["delete", "aws:ebs/volume:Volume", "data", /disk goes/],
    ["delete", "kubernetes:core/v1:PersistentVolumeClaim", "data", /claim goes/],
    ["delete", `${SWARM}:Bucket`, "data", /one that holds objects stays/],
    ["replace", `${SWARM}:Cluster`, "outage", /the Swarm ends.*data in volumes stays/],
    ["delete", `${SWARM}:Member`, "outage", /leaves the Swarm/],
    [
      "delete",
      `${SWARM}:Service`,
      "outage",
      /ends with all its tasks; the data in its volumes and on mounted disks stays/,
    ],
    ["replace", "docker:index/network:Network", "outage", /made anew.*cut off/],
    ["delete", `${SWARM}:User`, "access", /keys is refused/],
    ["delete", `${SWARM}:HostFirewall`, "access", /nothing keeps anybody/],
    ["replace", "random:index/pet:Pet", "change", /^is made anew: the former one goes$/],
    ["delete", "random:index/pet:Pet", "change", /^it goes$/],
  ])("%s of a %s: %s", (op, type, kind, text) => {
    expect(one(op, type, { old: {}, new: {} })).toEqual([
      { kind, text: expect.stringMatching(text), resource: "it", type: shortType(type), operation: op },
    ]);
  });

  test.each<[string, string, { old?: Inputs; new?: Inputs }]>([
    ["create", "docker:index/volume:Volume", { new: {} }],
    ["update", "docker:index/volume:Volume", { old: {}, new: {} }],
    ["replace", "docker:index/secret:Secret", { old: {}, new: {} }],
    ["delete", `${SWARM}:NodeSettings`, { old: {} }],
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
  ])("%s of a %s: nobody notices", (op, type, states) => expect(one(op, type, states)).toEqual([]));

  test.each<[string, { old: Inputs; new: Inputs }, string, RegExp]>([
    [
      `${SWARM}:Service`,
      { old: service("silo:1", "create"), new: service("silo:2", "all-at-once") },
      "outage",
      /^service minio-main: all tasks restart at once, a short outage: .*Image must be the same.* their stop \(at most 60 s\), Swarm's start of the new ones \(about 3 s\)/,
    ],
    [
      `${SWARM}:Service`,
      { old: service("silo:1", "create"), new: service("silo:2", "one-by-one") },
      "rolling",
      /its tasks restart one by one: .*maintenance check lets it go$/,
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
      /former is refused/,
    ],
    [
      `${SWARM}:HostFirewall`,
      { old: { filter: { ports: [1] } }, new: { filter: { ports: [2] } } },
      "access",
      /who may reach/,
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

  test("the worst comes first", () => {
    const kinds = report([
      update("one-by-one"),
      ...replaced("random:index/pet:Pet", "pet"),
      step("delete", `${SWARM}:User`, "app", { old: {} }),
      step("delete", "docker:index/network:Network", "net", { old: {} }),
      step("delete", "docker:index/volume:Volume", "data", { old: {} }),
    ]).effects.map(({ kind }) => kind);
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
    ["plumbing", { __provider: "a", managers: 1, connection: 1 }, { __provider: "b", managers: 2, connection: 2 }, []],
  ])("%s", (_what, before, after, expected) => expect(propertyChanges(before, after)).toEqual(expected));

  test("long values are cut, and lines joined", () => {
    const [change] = propertyChanges({}, { text: `first\nsecond ${"x".repeat(500)}` });
    expect(change?.after).toMatch(/^first second x{100,}…$/);
    expect(change?.after?.length).toBeLessThan(130);
  });
});

describe("secrets", () => {
  test("what Pulumi marks is masked, at every depth", () => {
    expect(masked({ a: SECRET_VALUE, b: [{ c: SECRET_VALUE }] }, [])).toEqual({
      a: "[secret]",
      b: [{ c: "[secret]" }],
    });
  });

  const secret = 'p@ss "word"/+';
  test.each([
    ["as it is", `KEY=${secret};`, "KEY=[secret];"],
    ["in JSON", JSON.stringify({ key: secret }), '{"key":"[secret]"}'],
    ["in an address", `https://${encodeURIComponent(secret)}@host`, "https://[secret]@host"],
    ["in base64", Buffer.from(secret).toString("base64"), "[secret]"],
  ])("a secret of the config that a program passed on as plain text is masked %s", (_how, text, expected) => {
    expect(masked(text, [secret])).toBe(expected);
  });

  test("also as a key, and before values are cut", () => {
    const long = "s".repeat(300);
    expect(masked({ [secret]: 1 }, [secret])).toEqual({ "[secret]": 1 });
    const text = comment(component(), step("update", "a:b:C", "c", { old: {}, new: { x: `x${long}` } }));
    expect(text).toContain("sss");
    const hidden = previewComment([
      report([component(), step("update", "a:b:C", "c", { old: {}, new: { x: `x${long}` } })], { secrets: [long] }),
    ]);
    expect(hidden).toContain("x[secret]");
    expect(hidden).not.toContain("sss");
  });

  test("of two that share a beginning nothing is left", () => {
    expect(masked("hunter2-long hunter2", ["hunter2", "hunter2-long"])).toBe("[secret] [secret]");
  });

  test("in messages, policies and names, too", () => {
    const events = [said(`bad ${secret}`, "error"), step("create", "a:b:C", secret, { new: {} })];
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

describe("which values are secret", () => {
  const secret = (value: string, objectValue?: unknown) => ({ value, objectValue, secret: true });
  const prelude = (config: Record<string, string>): EngineEvent[] => [{ preludeEvent: { config } }];

  test.each<[string, Parameters<typeof secretValues>, string[]]>([
    ["a plain one is not", [{ a: { value: "x", secret: false } }, []], []],
    ["a secret one", [{ a: secret("hunter2") }, prelude({ a: "[secret]" })], ["hunter2"]],
    ["before anything ran, too", [{ a: secret("hunter2") }, []], ["hunter2"]],
    [
      "of a structured one its secret parts",
      [{ a: secret("…", { b: "plain", c: ["x", "deep"] }) }, prelude({ a: '{"b":"plain","c":["x","[secret]"]}' })],
      ["deep"],
    ],
    ["all of it where nothing tells which", [{ a: secret("…", { b: "one", c: { d: 2 } }) }, []], ["one", "2"]],
    ["one that reads as a number", [{ a: secret("1234") }, prelude({ a: "[secret]" })], ["1234"]],
  ])("%s", (_what, given, expected) => expect(secretValues(...given)).toEqual(expected));
});

describe("the comment", () => {
  test("begins with the marker by which it is found again", () => {
    expect(comment().startsWith(`${MARKER}\n`)).toBe(true);
    expect(comment()).toContain("Nothing changes.");
    expect(comment(component(), said("clock off", "warning"))).toMatch(/Nothing changes\.[^]*clock off/);
    expect(comment(component(), update("in-place"))).not.toContain("Nothing changes.");
  });

  test("tells first of data, then of outages, then of the rest", () => {
    const text = comment(
      component(),
      update("all-at-once", [["MINIO_A=1"], ["MINIO_A=2"]]),
      step("delete", "docker:index/volume:Volume", "data", { old: {} }),
      summary({ update: 1, delete: 1, same: 12 }),
    );
    const at = (part: string | RegExp) => text.search(part);
    expect(
      at(/> \[!CAUTION\]\n> - \*\*Data goes\*\*\n> - `data` \(docker:Volume, delete\): the volume goes/),
    ).toBeGreaterThan(0);
    expect(
      at(/> \[!WARNING\]\n> - \*\*Outage\*\*\n> - `minio-main` \(swarm:Service, update\): .*at once, a short outage/),
    ).toBeGreaterThan(at("CAUTION"));
    expect(at("<summary><b>MinioService minio</b>: 1 to update, 1 to delete</summary>")).toBeGreaterThan(at("WARNING"));
    expect(text).toContain("| `prod` | 0 | 1 | 0 | 1 | 12 | **data goes** |");
    expect(text).toContain("`spec.TaskTemplate.ContainerSpec.Env`: `MINIO_A=1` → `MINIO_A=2`");
  });

  test("has all environments, each with a line in the table at the top", () => {
    const text = previewComment([report([], { stack: "prod" }), report([update("one-by-one")], { stack: "test" })]);
    expect(text).toMatch(
      /## Preview of 2 environments[^]*\| `prod` \|[^]*\| `test` \|.*one by one[^]*### `prod`[^]*### `test`/,
    );
    expect(text.split(MARKER)).toHaveLength(2);
  });

  test("of a preview that failed says so, and why", () => {
    const text = previewComment([report([said("error: hosts: 2 managers\n", "error")], { succeeded: false })]);
    expect(text).toContain("**the preview failed**");
    expect(text).toContain("```text\nerror: hosts: 2 managers\n```");
    expect(text).not.toContain("Nothing changes");
  });

  test("shows what policies say: what is mandatory in red, before outages", () => {
    const policy = (enforcementLevel: string): EngineEvent => ({
      policyEvent: {
        policyName: "image-by-digest",
        policyPackName: "x",
        enforcementLevel,
        message: "no digest",
        resourceUrn: `${URN}a:b:C::c`,
      },
    });
    const text = comment(component(), update("all-at-once"), policy("mandatory"));
    expect(text).toContain(
      "> [!CAUTION]\n> - **Policies**\n> - policy `image-by-digest` (mandatory) on `c`: no digest",
    );
    expect(text.indexOf("Policies")).toBeLessThan(text.indexOf("**Outage**"));
    expect(comment(policy("advisory"))).toContain("> [!WARNING]\n> - **Policies**");
  });

  test.each<[string, string]>([
    ["a mention", "@octocat"],
    ["a reference", "#1"],
    ["markup", "<img src=x onerror=y>"],
    ["a comment's end", "--> text <!--"],
    ["a fence", "```\n## heading"],
    ["a link", "[click](https://example.org)"],
    ["bold", "**bold**"],
    ["the end of a cell", "a | b"],
    ["the end of what is folded", "</details>"],
  ])("%s in a name, a value or a message is only text", (_what, text) => {
    const out = comment(
      component(),
      step("update", "a:b:C", text, { old: { [text]: text }, new: { [text]: `${text}!` } }),
      step("delete", `a:b:${text}`, text, { old: {} }),
      said(text, "warning"),
    );
    // Outside of code, GitHub is to see none of it.
    const outside = out.replace(/^(`{3,})text\n[^]*?^\1$/gm, "").replace(/(?<!`)(`+)(?!`)[^]*?(?<!`)\1(?!`)/g, "");
    expect(outside).not.toMatch(
      /@octocat|(?<![\\&])#1|<img|<!--(?! pulumi-swarm:preview -->)|\n## heading|(?<!\\)\]\(https|(?<!\\)\*\*bold|<\/details>(?!\n)/,
    );
    for (const row of out.split("\n").filter((line) => line.startsWith("| update"))) {
      expect(row.replaceAll("\\|", "").split("|")).toHaveLength(6);
    }
  });
});

describe("the limit", () => {
  const many = (count: number, size: number): EngineEvent[] =>
    Array.from({ length: count }, (_, at) =>
      step("update", "a:b:C", `resource-${at}`, {
        old: { property: "o".repeat(size) },
        new: { property: "n".repeat(size) },
      }),
    );

  test.each<[string, EngineEvent[], RegExp[], RegExp | undefined]>([
    ["a small one is whole", many(10, 10), [/`property`: `oooooooooo` → `nnnnnnnnnn`/], undefined],
    [
      "first the values go",
      many(400, 100),
      [/`resource-399` \| a:b:C \| `property` \|/],
      /left out is the values of properties\./,
    ],
    ["then the properties", many(1350, 10), [/`resource-1349` \| a:b:C \|  \|/], /left out is all properties\./],
    [
      "then the resources",
      many(5000, 10),
      [/- <b>MinioService minio<\/b>: 5001 to update/],
      /left out is the single resources and all messages\./,
    ],
  ])("%s", (_what, events, shown, note) => {
    const text = comment(component(), update("all-at-once"), ...events);
    expect(text.length).toBeLessThanOrEqual(LIMIT);
    for (const part of shown) expect(text).toMatch(part);
    if (note) expect(text).toMatch(note);
    else expect(text).not.toContain("Shortened");
    expect(text).toContain("a short outage");
  });

  test("what is to be known first is cut last, and it says how much more there is", () => {
    const gone = Array.from({ length: 2000 }, (_, at) =>
      step("delete", "docker:index/volume:Volume", `data-${at}`, { old: {} }),
    );
    const text = comment(component(), ...gone);
    expect(text.length).toBeLessThanOrEqual(LIMIT);
    expect(text).toContain("`data-99`");
    expect(text).toContain("> - … and 1900 more");
    expect(text).toMatch(/of each list of warnings what comes after the first 100/);
  });

  test("there is always a comment, and it says that it was cut", () => {
    const reports = Array.from({ length: 900 }, (_, at) => report([update("all-at-once")], { stack: `stack-${at}` }));
    const text = previewComment(reports);
    expect(text.length).toBeLessThanOrEqual(LIMIT);
    expect(text.startsWith(MARKER)).toBe(true);
    expect(
      text.trimEnd().endsWith("**Cut off here: there is more than a comment can hold. Read the job's log.**"),
    ).toBe(true);
  });
});

test.each<[string, string]>([
  [`${SWARM}:Service`, "swarm:Service"],
  ["docker:index/network:Network", "docker:Network"],
  ["aws:ec2/instance:Instance", "aws:ec2:Instance"],
  ["kubernetes:apps/v1:StatefulSet", "kubernetes:apps:StatefulSet"],
  ["pulumi-swarm:index:MinioService", "MinioService"],
  ["pulumi:providers:docker", "pulumi:providers:docker"],
])("%s is called %s", (type, name) => expect(shortType(type)).toBe(name));

const OPERATIONS: Operation[] = ["create", "update", "replace", "delete", "import"];
test.each(OPERATIONS)("a resource to %s has a line", (operation) => {
  const states = { old: { a: 1 }, new: { a: 2 } };
  expect(comment(component(), step(operation, "a:b:C", "c", states))).toContain(`| ${operation} | \`c\` |`);
});
