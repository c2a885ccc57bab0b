import { expect, test } from "vitest";
import { anyNodeReplaced, type NodeEngines } from "../../../../provider/service/task-exec.ts";
import { Service } from "../../../../provider/service/service.ts";
import { type ServiceState } from "../../../../provider/service/service-inputs.ts";

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const nodes = (ids: Record<string, string>): NodeEngines =>
  Object.fromEntries(Object.entries(ids).map(([host, nodeId]) => [host, { nodeId, connection: { host: "ssh://h" } }]));

const MOVES: [string, Record<string, string>, boolean][] = [
  ["as before", { a: "1", b: "2" }, false],
  ["a host more", { a: "1", b: "2", c: "3" }, false],
  ["a host less", { a: "1" }, false],
  ["a host that is another node", { a: "1", b: "4" }, true],
  ["a host of which nobody knows yet what node it will be", { a: "1", b: UNKNOWN }, true],
];

test.each(MOVES)("hosts that are another node now: %s", (_what, now, moved) => {
  expect(anyNodeReplaced(nodes({ a: "1", b: "2" }), nodes(now))).toBe(moved);
});

test("a service is waited for where a host of it has joined anew, and is not made anew for that", async () => {
  const inputs = (b: string) =>
    ({ managers: {}, nodes: nodes({ a: "1", b }), spec: { Name: "store" } }) as unknown as ServiceState;
  expect(await Service.diff("id", inputs("2"), inputs("2"))).toMatchObject({ changes: false, replaces: [] });
  expect(await Service.diff("id", inputs("2"), inputs("4"))).toMatchObject({ changes: true, replaces: [] });
});
