import { readFileSync } from "node:fs";
import { progress, say } from "../toolchain/progress.ts";
import { restoreSwarm } from "./backup/restore.ts";
import { refreshMembers, readRecordedSwarm } from "./lib/recorded-stack.ts";
import { warnUnreachable } from "./recover/unreachable.ts";
import { parseCommandArgs } from "./lib/args.ts";
import { main } from "./lib/main.ts";
import { ensureToolchain, openSession } from "./lib/pulumi.ts";
import { openState } from "./lib/state.ts";

/**
 * `npm run restore -- <host key> <file> --yes`: gives the machine of a manager the Swarm's state of a backup, on which
 * it goes on alone. What changed in the Swarm since is lost, and the state that was there is removed; the other managers
 * join again with the next `npm run up`.
 */
await main(async () => {
  const { stack, rest, yes } = parseCommandArgs("restore");
  const [hostKey = "", file = ""] = rest;
  if (!yes) throw new Error("what changed in the Swarm since the backup would be lost: say --yes to have it so");
  const archive = readFileSync(file);
  const session = await openSession(await ensureToolchain(), openState(), stack);
  const swarm = await readRecordedSwarm(session, hostKey);
  const { removed, unreachable, former } = await progress(`restoring the Swarm's state on host ${hostKey}`, () =>
    restoreSwarm(swarm, hostKey, archive),
  );
  await progress("having Pulumi look which managers are gone", () => refreshMembers(session, removed));
  const before = former ? `still in ${former}, with keys of the Swarm: remove that folder` : "removed";
  say(`the Swarm works as it was backed up, managed by host ${hostKey} alone; what was there before is ${before}`);
  warnUnreachable(unreachable);
});
