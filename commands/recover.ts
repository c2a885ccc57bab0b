import { progress, say } from "../toolchain/progress.ts";
import { refreshMembers, readRecordedSwarm } from "./lib/recorded-stack.ts";
import { recoverSwarm } from "./recover/recover.ts";
import { warnUnreachable } from "./recover/unreachable.ts";
import { parseCommandArgs } from "./lib/args.ts";
import { main } from "./lib/main.ts";
import { ensureToolchain, openSession } from "./lib/pulumi.ts";
import { openState } from "./lib/state.ts";

/**
 * `npm run recover -- <host key>`: recovers a Swarm that has lost its quorum, or whose certificates have expired, with that
 * manager alone. The other managers leave the Swarm, and join again with the next `npm run up`.
 */
await main(async () => {
  const { stack, rest } = parseCommandArgs("recover");
  const [hostKey = ""] = rest;
  const session = await openSession(await ensureToolchain(), openState(), stack);
  const swarm = await readRecordedSwarm(session, hostKey);
  const { removed, unreachable } = await progress("recovering the Swarm", () => recoverSwarm(swarm, hostKey));
  await progress("refreshing the managers in Pulumi's state", () => refreshMembers(session, removed));
  say(`the Swarm works again, with host ${hostKey} as its only manager`);
  warnUnreachable(unreachable);
});
