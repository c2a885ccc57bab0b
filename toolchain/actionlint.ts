import { join } from "node:path";
import { type GoPrograms, ensureGoPrograms } from "./go.ts";
import { ACTIONLINT } from "./versions.ts";

const PROGRAM = {
  name: "actionlint",
  version: ACTIONLINT,
  programs: {
    actionlint: {
      module: "actionlint",
      package: "github.com/rhysd/actionlint/cmd/actionlint",
      variables: { "github.com/rhysd/actionlint.version": ACTIONLINT },
    },
  },
} satisfies GoPrograms;

/** The linter of GitHub's workflows, built if it is missing: half a minute, with nothing but Go modules. */
export async function ensureActionlint(): Promise<string> {
  return join(await ensureGoPrograms(PROGRAM), "actionlint");
}
