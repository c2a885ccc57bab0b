import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { SECTION_FUNCTION, parseSections, shellQuote, quoteIfNeeded } from "../../../engine/shell-quoting.ts";

const sh = (script: string) => execFileSync("sh", ["-c", script], { encoding: "utf8" });

test.each(["plain", "", "two words", "it's", "''", '$HOME `id` \\ "', "%h", "a\nb", "*", "~"])(
  "a shell parses %j as one word",
  (text) => {
    for (const word of [shellQuote(text), quoteIfNeeded(text)]) expect(sh(`printf '[%s]' ${word}`)).toBe(`[${text}]`);
  },
);

test("quotes a word only if it needs quotes", () => {
  expect(quoteIfNeeded("ConnectTimeout=10")).toBe("ConnectTimeout=10");
  expect(quoteIfNeeded("UserKnownHostsFile=/dev/null x")).toBe("'UserKnownHostsFile=/dev/null x'");
});

test("parses a script's output into sections", () => {
  const printed = sh(
    `${SECTION_FUNCTION}\nsection one; echo 1; section none; section "two words"; printf 'a\\n\\nb == c'`,
  );
  expect(parseSections(printed)).toEqual(
    new Map([
      ["one", "1"],
      ["none", ""],
      ["two words", "a\n\nb == c"],
    ]),
  );
  expect(parseSections("nothing of the kind")).toEqual(new Map());
});
