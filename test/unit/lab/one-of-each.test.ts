import { expect, test } from "vitest";
import { allCases, selectCases, type Classes, describeOmittedCases } from "../../../toolchain/one-of-each.ts";

const LETTERS: Classes<string> = { vowels: ["a", "e"], others: ["b", "c", "d"] };
const ALONE: Classes<string> = { alone: ["x"] };

test.each([
  [LETTERS, true, ["a", "b"]],
  [LETTERS, false, ["a", "e", "b", "c", "d"]],
  [ALONE, true, ["x"]],
  [{}, true, []],
])("of %j, reduced: %j, these run: %j", (classes: Classes<string>, reduced, expected) => {
  expect(selectCases(classes, reduced)).toEqual(expected);
});

test("all are all, whatever runs", () => expect(allCases(LETTERS)).toEqual(["a", "e", "b", "c", "d"]));

test.each([
  [[LETTERS, ALONE], true, "3 of 6 letters, as one of each class is enough here: `npm run test:full` runs all of them"],
  [[LETTERS, ALONE], false, undefined],
  [[ALONE], true, undefined],
])("what is left out of %j, reduced: %j", (tables, reduced, expected) => {
  expect(describeOmittedCases("letters", tables, reduced)).toBe(expected);
});
