// `npm run stacks`: lists the stacks that this repository configures, and which of them a change affects.
import { errorMessage } from "../engine/error-message.ts";
import { ROOT } from "../toolchain/cache.ts";
import { print } from "../toolchain/progress.ts";
import { run } from "../toolchain/run.ts";
import { changedStacks, isNoCommit, renderStacks } from "./stacks/changed.ts";
import { knownStacks, parseCommandArgs } from "./lib/args.ts";
import { main } from "./lib/main.ts";
import { openState } from "./lib/state.ts";
import { stackKind } from "./lib/store-image.ts";

await main(async () => {
  const args = parseCommandArgs("stacks");
  const state = openState();
  const stacks = knownStacks().map((name) => ({ name, kind: String(stackKind(state, name)) }));
  const since = args.values["--changed-since"];
  const listed = since === undefined ? stacks : changedStacks(stacks, await listChangedFiles(since));
  print(args.json ? JSON.stringify(listed) : renderStacks(listed, since));
});

/** Returns the files that this branch changed since it diverged from the commit. */
async function listChangedFiles(since: string): Promise<string[] | undefined> {
  if (isNoCommit(since)) return undefined;
  const git = ["diff", "--name-only", "-z", "--end-of-options", `${since}...HEAD`];
  const printed = await run("git", git, { cwd: ROOT }).catch((error: unknown) => {
    const reason = errorMessage(error).split("\n")[1]?.trim() ?? errorMessage(error);
    throw new Error(`--changed-since "${since}": git cannot compare it with HEAD: ${reason}`, { cause: error });
  });
  return printed.split("\0").filter((path) => path !== "");
}
