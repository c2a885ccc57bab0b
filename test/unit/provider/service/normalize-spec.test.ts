import { expect, test } from "vitest";
import { projectOntoDesired } from "../../../../provider/service/normalize-spec.ts";

test.each<[string, unknown, unknown, unknown]>([
  ["removes fields that are not desired", { a: 1 }, { a: 1, b: 2 }, { a: 1 }],
  ["keeps another value", { a: 1 }, { a: 2 }, { a: 2 }],
  [
    "fills in empty values that the Engine omits",
    { a: 0, b: "", c: false, d: [], e: {} },
    {},
    { a: 0, b: "", c: false, d: [], e: {} },
  ],
  ["reports a missing value", { a: 1 }, {}, { a: undefined }],
  ["ignores a field that older engines drop", { StartInterval: 1 }, {}, { StartInterval: 1 }],
  ["keeps an additional element", { a: ["x"] }, { a: ["x", "y"] }, { a: ["x", "y"] }],
  ["keeps an element if none is desired", { a: [] }, { a: ["y"] }, { a: ["y"] }],
  ["projects elements field by field", { a: [{ x: 1 }] }, { a: [{ x: 1, more: 2 }] }, { a: [{ x: 1 }] }],
  [
    "keeps a label that was added by hand",
    { Labels: { x: "1" } },
    { Labels: { x: "1", y: "2" } },
    { Labels: { x: "1", y: "2" } },
  ],
  ["keeps a field that is no longer desired", { a: undefined }, { a: 1 }, { a: 1 }],
  [
    "ignores a field that is no longer desired once it is missing or empty",
    { a: undefined, b: undefined },
    { b: {} },
    { a: undefined, b: undefined },
  ],
  ["keeps a log option that was added by hand", { Options: {} }, { Options: { tag: "t" } }, { Options: { tag: "t" } }],
])("%s", (_what, desired, live, expected) => {
  expect(projectOntoDesired(desired, live)).toEqual(expected);
});
