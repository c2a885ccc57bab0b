import type { EngineConnection } from "../../engine/engine-connection.ts";
import { Engine } from "../../engine/engine.ts";
import type { SwarmInfo } from "../../engine/types.ts";
import { isSshConnection } from "../../engine/ssh-shell.ts";
import { errorMessage } from "../../engine/error-message.ts";
import { shellQuote } from "../../engine/shell-quoting.ts";
import { ENGINE_CONTROL, rootScript, runAsRoot } from "../lib/root-script.ts";
import { backupCommands, rollBackCommands, restoreCommands } from "./scripts.ts";
import { pause } from "../../engine/pause.ts";

/** How long copying may take, and how long an engine may take to start, in milliseconds. */
const COPY_MS = 300_000;
const START_MS = 120_000;

/**
 * The Swarm's state as a manager's machine has it: the archive (tar, gzip) of the folder `swarm` in the Docker root.
 * The engine is stopped meanwhile, as Docker asks for, and with it the machine's containers.
 */
export async function exportSwarmState(connection: EngineConnection): Promise<Buffer> {
  const encoded = await runCommandsAsRoot(connection, backupCommands(await dockerRoot(connection)));
  await waitForEngine(connection, ({ LocalNodeState }) => LocalNodeState !== "pending");
  return Buffer.from(encoded, "base64");
}

/**
 * Puts such an archive in place of a machine's own state of a Swarm, which stays beside it under another name. If the
 * engine does not start with it, the machine's own state is put back.
 */
export async function importSwarmState(connection: EngineConnection, archive: Buffer): Promise<{ former: string }> {
  const root = await dockerRoot(connection);
  const former = `${root}/swarm.before-${new Date().toISOString().replace(/\W/g, "")}`;
  await runCommandsAsRoot(connection, restoreCommands(root, former), archive.toString("base64"));
  try {
    // Its node stays pending where the other managers of that state are gone.
    await waitForEngine(connection);
  } catch (error) {
    await runCommandsAsRoot(connection, rollBackCommands(root, former));
    throw new Error(`${errorMessage(error)}: what was there before is back`, { cause: error });
  }
  return { former };
}

/** Removes the state that an archive has replaced: it holds keys of the Swarm. */
export async function removePreviousState(connection: EngineConnection, former: string): Promise<void> {
  await runCommandsAsRoot(connection, [`rm -rf ${shellQuote(former)}`]);
}

function runCommandsAsRoot(connection: EngineConnection, commands: string[], input?: string): Promise<string> {
  const script = rootScript([...ENGINE_CONTROL, ...commands]);
  return runAsRoot(connection, script, { input, timeoutMs: COPY_MS });
}

/** Where the engine keeps what is its own. */
async function dockerRoot(connection: EngineConnection): Promise<string> {
  if (!isSshConnection(connection)) {
    throw new Error(
      `engine ${connection.host}: its machine's files are out of reach; only that of a ssh:// engine can be`,
    );
  }
  return (await new Engine(connection).request<{ DockerRootDir: string }>("GET", "/info")).DockerRootDir;
}

async function waitForEngine(connection: EngineConnection, isAsWished = (_: SwarmInfo) => true): Promise<void> {
  const engine = new Engine(connection);
  for (const end = Date.now() + START_MS; ; await pause(500)) {
    try {
      const { Swarm } = await engine.info(5_000);
      if (isAsWished(Swarm)) return;
    } catch (error) {
      if (Date.now() > end) throw error;
    }
    if (Date.now() > end) throw new Error(`engine ${connection.host}: its Swarm node does not start`);
  }
}
