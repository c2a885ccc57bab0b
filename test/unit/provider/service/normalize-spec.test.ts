import { expect, test } from "vitest";
import { projectOntoDesired } from "../../../../provider/service/normalize-spec.ts";

test.each<[string, unknown, unknown, unknown]>([
  ["what is not asked for is left out", { a: 1 }, { a: 1, b: 2 }, { a: 1 }],
  ["another value is drift", { a: 1 }, { a: 2 }, { a: 2 }],
  [
    "zeros that the Engine leaves out come back",
    { a: 0, b: "", c: false, d: [], e: {} },
    {},
    { a: 0, b: "", c: false, d: [], e: {} },
  ],
  ["a value gone is drift", { a: 1 }, {}, { a: undefined }],
  ["what older engines drop is no drift", { StartInterval: 1 }, {}, { StartInterval: 1 }],
  ["an element more is drift", { a: ["x"] }, { a: ["x", "y"] }, { a: ["x", "y"] }],
  ["an element where none is asked for is drift", { a: [] }, { a: ["y"] }, { a: ["y"] }],
  ["elements are told field by field", { a: [{ x: 1 }] }, { a: [{ x: 1, more: 2 }] }, { a: [{ x: 1 }] }],
  [
    "a label added by hand is drift",
    { Labels: { x: "1" } },
    { Labels: { x: "1", y: "2" } },
    { Labels: { x: "1", y: "2" } },
  ],
  ["what is no longer asked for is drift while it is there", { a: undefined }, { a: 1 }, { a: 1 }],
  ["and none once it is gone, or empty", { a: undefined, b: undefined }, { b: {} }, { a: undefined, b: undefined }],
  ["a log option added by hand is drift", { Options: {} }, { Options: { tag: "t" } }, { Options: { tag: "t" } }],
])("%s", (_what, desired, live, told) => {
  expect(projectOntoDesired(desired, live)).toEqual(told);
});
