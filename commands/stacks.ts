// `npm run stacks`: lists the stacks that this repository configures, and which of them a change affects.
import { errorMessage } from "../engine/error-message.ts";
import { ROOT } from "../toolchain/cache.ts";
import { print } from "../toolchain/progress.ts";
import { run } from "../toolchain/run.ts";
import { changedStacks, isNoCommit } from "./stacks/changed.ts";
import { renderTable } from "./lib/table.ts";
import { knownStacks, parseCommandArgs } from "./lib/args.ts";
import { main } from "./lib/main.ts";
import { openState } from "./lib/state.ts";
import { stackKind } from "./lib/store-image.ts";

await main(async () => {
  const args = parseCommandArgs("stacks");
  const state = openState();
  const stacks = knownStacks().map((name) => ({ name, kind: String(stackKind(state, name)) }));
  const found = changedStacks(stacks, await listChangedFiles(args.values["--changed-since"]));
  if (args.json) return void print(JSON.stringify(found));
  const rows = found.map(({ name, kind, changed }) => [name, kind, changed ? "yes" : "no"]);
  print(renderTable(["stack", "kind", "changed"], rows));
});

/** Returns the files that this branch changed since it diverged from the commit. */
async function listChangedFiles(since: string | undefined): Promise<string[] | undefined> {
  if (since === undefined || isNoCommit(since)) return undefined;
  const git = ["diff", "--name-only", "-z", "--end-of-options", `${since}...HEAD`];
  const printed = await run("git", git, { cwd: ROOT }).catch((error: unknown) => {
    const reason = errorMessage(error).split("\n")[1]?.trim() ?? errorMessage(error);
    throw new Error(`--changed-since "${since}": git cannot compare it with HEAD: ${reason}`, { cause: error });
  });
  return printed.split("\0").filter((path) => path !== "");
}
