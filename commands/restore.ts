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
 * `npm run restore -- <host key> <file> --yes`: replaces the Swarm's state on a manager with that of a backup, and
 * continues with this manager alone. Later changes of the Swarm are lost, and the replaced state is removed. The other
 * managers join again with the next `npm run up`.
 */
await main(async () => {
  const { stack, rest, yes } = parseCommandArgs("restore");
  const [hostKey = "", file = ""] = rest;
  if (!yes) throw new Error("changes of the Swarm since the backup would be lost: add --yes to agree");
  const archive = readFileSync(file);
  const session = await openSession(await ensureToolchain(), openState(), stack);
  const swarm = await readRecordedSwarm(session, hostKey);
  const { removed, unreachable, previous } = await progress(`restoring the Swarm's state on host ${hostKey}`, () =>
    restoreSwarm(swarm, hostKey, archive),
  );
  await progress("refreshing the managers in Pulumi's state", () => refreshMembers(session, removed));
  const before = previous ? `still in ${previous}, with keys of the Swarm: remove that folder` : "removed";
  say(
    `the Swarm works again from the backup, with host ${hostKey} as its only manager; the previous state is ${before}`,
  );
  warnUnreachable(unreachable);
});
