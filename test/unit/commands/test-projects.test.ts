import { expect, test } from "vitest";
import {
  requestedProjects,
  skippedProjects,
  OPTIONAL_PROJECTS,
  type OptionalProject,
} from "../../../commands/lib/test-projects.ts";
import manifest from "../../../package.json" with { type: "json" };
import config from "../../../vitest.config.ts";

function project(name: string, reason?: string): OptionalProject {
  return { name, skipReason: () => reason, prepare: () => Promise.resolve() };
}

const PROJECTS = [project("there"), project("missing", "it is not built")];

test("skips projects that are not prepared, with the reason", () => {
  expect(skippedProjects(PROJECTS)).toEqual([{ name: "missing", reason: "it is not built" }]);
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
  expect(requestedProjects(PROJECTS, args).map(({ name }) => name)).toEqual(names);
});

const projects = (config.test?.projects ?? []) as { test: { name: string } }[];

test.each(OPTIONAL_PROJECTS)(
  "$name, which may be left out, is a project of vitest with a command of its own",
  ({ name }) => {
    expect(projects.map(({ test }) => test.name)).toContain(name);
    expect(Object.keys(manifest.scripts)).toContain(`test:${name}`);
  },
);
