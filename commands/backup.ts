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
 * `npm run backup -- <host key> <file>`: copies the Swarm's state from a manager's machine: services, networks, secrets,
 * nodes, and the keys of the Swarm. The data in MinIO is not part of it.
 */
await main(async () => {
  const { stack, rest } = parseCommandArgs("backup");
  const [hostKey = "", file = ""] = rest;
  assertNewFile(file);
  const session = await openSession(await ensureToolchain(), openState(), stack);
  const swarm = await readRecordedSwarm(session, hostKey);
  const manager = findRecordedManager(swarm, hostKey);
  const archive = await progress(`copying the Swarm's state from host ${hostKey}, with its engine stopped`, () =>
    exportSwarmState(manager.connection),
  );
  // Never overwrites a file. Readable only by its owner: anyone with the file can join the Swarm and read its secrets.
  writeFileSync(file, archive, { mode: 0o600, flag: "wx" });
  say(`${file} (${archive.length} bytes) contains the Swarm's keys and secrets: store it securely`);
  if (swarm.unlockKey)
    say("it is encrypted with the unlock key, so keep that as well; Docker cannot restore a Swarm with autolock");
});
