import { expect, test } from "vitest";
import { detailedDiff } from "../../../../provider/rpc/detailed-diff.ts";

test.each<[string, object, object, string[]]>([
  ["nothing", { a: 1, b: { c: [1] } }, { a: 1, b: { c: [1] } }, []],
  ["a value", { a: 1 }, { a: 2 }, ["update a"]],
  ["one label of many", { labels: { x: "1", y: "2" } }, { labels: { x: "1", y: "3" } }, ["update labels.y"]],
  [
    "a label whose key is no identifier",
    { labels: { "a.b": "1" } },
    { labels: { "a.b": "2" } },
    ['update labels["a.b"]'],
  ],
  ["a key with a quote", { 'a"b': 1 }, { 'a"b': 2 }, ['update ["a\\"b"]']],
  ["an added key", { labels: {} }, { labels: { x: "1" } }, ["add labels.x"]],
  ["a deleted key", { labels: { x: "1" } }, { labels: {} }, ["delete labels.x"]],
  ["null, which is no value", { a: null }, { a: 1 }, ["add a"]],
  ["an element", { list: [1, 2] }, { list: [1, 3] }, ["update list[1]"]],
  ["an element that comes", { list: [1] }, { list: [1, 2] }, ["add list[1]"]],
  ["an element that goes", { list: [1, 2] }, { list: [1] }, ["delete list[1]"]],
  ["an object in a list", { list: [{ a: 1 }] }, { list: [{ a: 2 }] }, ["update list[0].a"]],
  ["another type", { a: [1] }, { a: { b: 1 } }, ["update a"]],
  ["several", { a: 1, b: 1 }, { a: 2, c: 1 }, ["update a", "delete b", "add c"]],
])("finds %s", (_what, olds, news, expected) => {
  expect(detailedDiff(olds, news).map(({ change, path }) => `${change} ${path}`)).toEqual(expected);
});

test("marks what replaces the resource, also where the inputs do not show why", () => {
  const found = detailedDiff({ a: { b: 1 }, c: 1, d: 1 }, { a: { b: 2 }, c: 2, d: 1 }, ["a", "d"]);
  expect(found).toEqual([
    { path: "a.b", change: "update", replace: true },
    { path: "c", change: "update", replace: false },
    { path: "d", change: "update", replace: true },
  ]);
});
