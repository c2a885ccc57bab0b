import { expect, test } from "vitest";
import { anyNodeReplaced, type NodeEngines } from "../../../../provider/service/task-exec.ts";

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const nodes = (ids: Record<string, string>): NodeEngines =>
  Object.fromEntries(Object.entries(ids).map(([host, nodeId]) => [host, { nodeId, connection: { host: "ssh://h" } }]));

const MOVES: [string, Record<string, string>, boolean][] = [
  ["no change", { a: "1", b: "2" }, false],
  ["one more host", { a: "1", b: "2", c: "3" }, false],
  ["one host less", { a: "1" }, false],
  ["a host that joined as another node", { a: "1", b: "4" }, true],
  ["a host with a node id not known yet", { a: "1", b: UNKNOWN }, true],
];

test.each(MOVES)("anyNodeReplaced: %s", (_what, now, moved) => {
  expect(anyNodeReplaced(nodes({ a: "1", b: "2" }), nodes(now))).toBe(moved);
});
