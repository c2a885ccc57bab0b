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

/** Returns the path of actionlint, the linter of GitHub workflows. Builds it from Go modules in half a minute. */
export async function ensureActionlint(): Promise<string> {
  return join(await ensureGoPrograms(PROGRAM), "actionlint");
}
