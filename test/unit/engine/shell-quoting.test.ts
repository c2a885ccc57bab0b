import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { PART, partsOf, quoted, shellWord } from "../../../engine/shell-quoting.ts";

const sh = (script: string) => execFileSync("sh", ["-c", script], { encoding: "utf8" });

test.each(["plain", "", "two words", "it's", "''", '$HOME `id` \\ "', "%h", "a\nb", "*", "~"])(
  "a shell takes %j for one word",
  (text) => {
    for (const word of [quoted(text), shellWord(text)]) expect(sh(`printf '[%s]' ${word}`)).toBe(`[${text}]`);
  },
);

test("a word that needs no quotes has none", () => {
  expect(shellWord("ConnectTimeout=10")).toBe("ConnectTimeout=10");
  expect(shellWord("UserKnownHostsFile=/dev/null x")).toBe("'UserKnownHostsFile=/dev/null x'");
});

test("what a script prints is read by its parts", () => {
  const printed = sh(`${PART}\npart one; echo 1; part none; part "two words"; printf 'a\\n\\nb == c'`);
  expect(partsOf(printed)).toEqual(
    new Map([
      ["one", "1"],
      ["none", ""],
      ["two words", "a\n\nb == c"],
    ]),
  );
  expect(partsOf("nothing of the kind")).toEqual(new Map());
});
