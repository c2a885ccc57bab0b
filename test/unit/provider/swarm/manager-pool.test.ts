import { expect, test } from "vitest";
import { needsManagerUpdate, type Managers } from "../../../../provider/swarm/manager-pool.ts";
import { demotionProblem } from "../../../../provider/swarm/quorum.ts";
import type { NodeDetails } from "../../../../engine/types.ts";

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Returns managers by name. A capital letter is the same key on another machine. */
const managers = (names: string): Managers =>
  Object.fromEntries([...names].map((name) => [name.toLowerCase(), { host: `unix:///run/${name}.sock` }]));

test.each([
  ["a", "a", false],
  ["a", "ab", false],
  ["a", "abc", true],
  ["abc", "abc", false],
  ["abc", "abcde", false],
  ["abcde", "abc", false],
  ["abc", "bcd", false],
  ["abc", "abC", false],
  ["abc", "cde", true],
  ["abc", "d", true],
  ["", "a", true],
])("recorded managers %j with today's %j need an update: %j", (recorded, now, expected) => {
  expect(needsManagerUpdate(managers(recorded), managers(now))).toBe(expected);
});

test("ignores managers that are not known yet", () => {
  const now = { ...managers("ab"), c: UNKNOWN } as unknown as Managers;
  expect(needsManagerUpdate(managers("abc"), now)).toBe(false);
  expect(needsManagerUpdate(managers("ac"), now)).toBe(true);
  expect(needsManagerUpdate(managers("a"), UNKNOWN as unknown as Managers)).toBe(true);
});

/** Returns nodes by name: `+` a reachable manager, `-` an unreachable one, `.` a worker. */
const nodes = (text: string): NodeDetails[] =>
  text.split(" ").map((word) => {
    const [mark, name = ""] = word;
    const Reachability = mark === "+" ? ("reachable" as const) : ("unreachable" as const);
    return {
      ID: name,
      Version: { Index: 1 },
      Spec: { Role: mark === "." ? "worker" : "manager", Availability: "active" },
      Description: { Hostname: `node-${name}`, Engine: { EngineVersion: "" } },
      Status: { State: "ready", Addr: "" },
      ManagerStatus: mark === "." ? undefined : { Reachability, Addr: "" },
    };
  });

test.each([
  ["+a +b +c .w", "a", undefined],
  ["+a +b", "a", undefined],
  ["+a +b -c", "c", undefined],
  [
    "+a -b +c",
    "a",
    "only 1 of the 2 remaining managers would be reachable, and a quorum needs 2: bring back or remove node-b first",
  ],
  [
    "+a +b +c -d -e",
    "a",
    "only 2 of the 4 remaining managers would be reachable, and a quorum needs 3: bring back or remove node-d, node-e first",
  ],
  ["+a +b +c +d -e", "a", undefined],
])("of %s, demoting %s is a problem: %j", (text, id, expected) => {
  const problem = demotionProblem(nodes(text), id);
  if (expected === undefined) expect(problem).toBeUndefined();
  else expect(problem).toContain(expected);
});
