import { expect, test } from "vitest";
import { askedFor, leftOut, type PreparedProject } from "../../commands/support/test-projects.ts";

function project(name: string, reason?: string): PreparedProject {
  return { name, whyNot: () => reason, prepare: () => Promise.resolve() };
}

const PROJECTS = [project("there"), project("missing", "it is not built")];

test("what is not prepared is left out, with the reason", () => {
  expect(leftOut(PROJECTS)).toEqual([{ name: "missing", reason: "it is not built" }]);
});

test.each<[string[], string[]]>([
  [["--project", "missing"], ["missing"]],
  [["--project=missing", "test/x.test.ts"], ["missing"]],
  [
    ["--project", "there", "--project", "missing"],
    ["there", "missing"],
  ],
  [["--project=!missing"], []],
  [["test/missing"], []],
  [[], []],
])("%j asks for %j", (args, names) => {
  expect(askedFor(PROJECTS, args).map(({ name }) => name)).toEqual(names);
});
