import { writeFileSync } from "node:fs";
import { progress, say } from "../toolchain/progress.ts";
import { assertNewFile } from "./backup/file.ts";
import { exportSwarmState } from "./backup/machine.ts";
import { readRecordedSwarm } from "./lib/recorded-stack.ts";
import { findRecordedManager } from "./recover/recover.ts";
import { parseCommandArgs } from "./lib/args.ts";
import { main } from "./lib/main.ts";
import { ensureToolchain, openSession } from "./lib/pulumi.ts";
import { openState } from "./lib/state.ts";

/**
 * `npm run backup -- <host key> <file>`: copies the Swarm's state from the machine of a manager: services, networks,
 * secrets, nodes, and the keys of the Swarm. What MinIO stores is not in it.
 */
await main(async () => {
  const { stack, rest } = parseCommandArgs("backup");
  const [hostKey = "", file = ""] = rest;
  assertNewFile(file);
  const session = await openSession(await ensureToolchain(), openState(), stack);
  const swarm = await readRecordedSwarm(session, hostKey);
  const manager = findRecordedManager(swarm, hostKey);
  const archive = await progress(`copying the Swarm's state from host ${hostKey}, its engine stopped meanwhile`, () =>
    exportSwarmState(manager.connection),
  );
  // Never over another one, and for nobody else's eyes: who has it can join the Swarm and read its secrets.
  writeFileSync(file, archive, { mode: 0o600, flag: "wx" });
  say(`${file} (${archive.length} bytes) holds the Swarm's keys and secrets: keep it as you keep those`);
  if (swarm.unlockKey) say("it is locked with the unlock key: keep that, too; and the Engine restores no such Swarm");
});
