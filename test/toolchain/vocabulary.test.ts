import { expect, test } from "vitest";
import { findWords, findWordsInRepository } from "../../toolchain/vocabulary.mjs";

test("finds a discouraged word with its line and the alternative", () => {
  expect(findWords("a.ts", "// fine\n// It is made anew.")).toEqual([
    'a.ts:2: "anew": write again; replace or recreate',
  ]);
});

test("finds none in this repository", () => expect(findWordsInRepository()).toEqual([]));
