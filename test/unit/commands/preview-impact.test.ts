import { describe, expect, test } from "vitest";
import { shortType } from "../../../commands/preview-pr/planned.ts";
import { type Inputs, replacement, report, service, step, SWARM, UNKNOWN, update } from "../preview-events.ts";

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
    ["delete", `${SWARM}:Network`, "outage", /^the network is removed/],
    ["delete", `${SWARM}:User`, "access", /rejects this user's keys/],
    ["delete", `${SWARM}:HostFirewall`, "access", /open to everyone/],
    ["replace", "random:index/pet:Pet", "change", /^is replaced: the previous one is deleted$/],
    ["delete", "random:index/pet:Pet", "change", /^it is deleted$/],
  ])("%s of a %s: %s", (op, type, kind, text) => {
    expect(one(op, type, { old: {}, new: {} })).toEqual([
      { kind, text: expect.stringMatching(text), resource: "it", type: shortType(type), operation: op },
    ]);
  });

  test("the end of a Swarm that a stack may have adopted says what becomes of it in either case", () => {
    const [impact] = one("delete", `${SWARM}:Cluster`, { old: { adopt: true } });
    expect(impact!.text).toMatch(/^the Swarm stays if the stack adopted it; if the stack created it, it is dissolved/);
  });

  test.each<[string, string, { old?: Inputs; new?: Inputs }]>([
    ["create", "docker:index/volume:Volume", { new: {} }],
    ["update", "docker:index/volume:Volume", { old: {}, new: {} }],
    ["replace", "docker:index/secret:Secret", { old: {}, new: {} }],
    ["delete", `${SWARM}:NodeLabels`, { old: {} }],
    ["delete", `${SWARM}:NetworkAllocation`, { old: {} }],
    ["delete", "pulumi:providers:docker", { old: {} }],
    ["update", `${SWARM}:Service`, { old: service("silo:1", "create"), new: service("silo:1", "create") }],
    ["update", `${SWARM}:Service`, { old: service("silo:1", "create"), new: service("silo:2", "in-place") }],
    [
      "update",
      `${SWARM}:HostFirewall`,
      { old: { filter: { ports: [1] } }, new: { filter: { ports: [1] }, intact: true } },
    ],
    ["update", `${SWARM}:Bucket`, { old: { lifecycle: { a: { expirationDays: 1 } } }, new: { quotaMiB: 1 } }],
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
      `${SWARM}:Bucket`,
      {
        old: { lifecycle: { a: { expirationDays: 1 }, b: { expirationDays: 2 } } },
        new: { lifecycle: { a: { expirationDays: 1 }, b: { expirationDays: 1 }, c: { expirationDays: 1 } } },
      },
      "data",
      /^the store deletes objects or versions by these new or changed lifecycle rules: b, c$/,
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
