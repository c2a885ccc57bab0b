import { describe, expect, test } from "vitest";
import { HandoffCache } from "../../../../provider/runtime/handoff-cache.ts";
import { HostInspection, inspectionCache } from "../../../../provider/hosts/host-inspection.ts";

describe("HandoffCache", () => {
  test.each<[string, string, number, string | undefined]>([
    ["keeps a value for its lifetime", "a", 30_100, "new"],
    ["but not longer", "a", 30_101, undefined],
    ["and only for its key", "b", 100, undefined],
  ])("%s", (_what, question, now, found) => {
    const recent = new HandoffCache<string, string>(30, (a, b) => a === b);
    recent.put("a", "old", 0);
    recent.put("a", "new", 100);
    expect(recent.take(question, now)).toBe(found);
  });

  test("hands a value over once", () => {
    const recent = new HandoffCache<string, string>(30, (a, b) => a === b);
    recent.put("a", "found", 0);
    expect([recent.take("a", 1), recent.take("a", 1)]).toEqual(["found", undefined]);
  });
});

test("an inspection is refreshed although Pulumi has no outputs of it", async () => {
  expect(await HostInspection.read("inspection", undefined)).toEqual({ id: "inspection" });
});

describe("an inspection", () => {
  const inputs = { key: "a", connection: { host: "ssh://a" }, hostname: "a", timeoutSeconds: 300 };
  const asked = { ...inputs, drives: { d1: { path: "/mnt/disk1" } } };
  const look = { facts: {} as never, actions: { folders: [], start: false } as never };

  test.each<[string, object, boolean]>([
    ["is handed to the machine of the same host", asked, true],
    ["but not with another connection", { ...asked, connection: { host: "ssh://b" } }, false],
    ["or other drives", { ...asked, drives: { d1: {} } }, false],
    ["or another engine to install", { ...asked, install: "docker" }, false],
  ])("%s", (_what, host, serves) => {
    inspectionCache.put(asked, look);
    expect(inspectionCache.take(host as typeof asked) === look).toBe(serves);
    inspectionCache.take(asked);
  });
});
