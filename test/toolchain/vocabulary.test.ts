import { expect, test } from "vitest";
import { checkVocabulary, findWord } from "../../toolchain/vocabulary.mjs";

const anew = { word: /\banew\b/i, instead: "again", limit: 0 };

test("finds a discouraged word with its line and the alternative", () => {
  expect(findWord(anew, "a.ts", "// fine\n// It is made anew.")).toEqual(['a.ts:2: "anew": write again']);
});

test("finds a word in the repository if it exceeds its limit", () => {
  const license = { word: /^import /, instead: "nothing", limit: 0 };
  expect(checkVocabulary([license]).length).toBeGreaterThan(100);
  expect(checkVocabulary([{ ...license, limit: 1_000_000 }])).toEqual([]);
});

test("the repository uses no discouraged words beyond the limits", () => expect(checkVocabulary()).toEqual([]));
