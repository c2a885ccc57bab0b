import type { EngineConnection } from "../../engine/engine-connection.ts";
import { Engine } from "../../engine/engine.ts";
import type { SwarmInfo } from "../../engine/types.ts";
import { errorMessage } from "../../engine/error-message.ts";
import { shellQuote } from "../../engine/shell-quoting.ts";
import { assertRunsScripts, ENGINE_CONTROL, rootScript, runAsRoot } from "../lib/root-script.ts";
import {
  backupCommands,
  discardNodeCommands,
  FORGOTTEN,
  forgetNodeCommands,
  hasForgottenNodeCommands,
  recallNodeCommands,
  restoreCommands,
  rollBackCommands,
} from "./scripts.ts";
import { pause } from "../../engine/pause.ts";

/** Time limits for copying, and for the start of an engine, in milliseconds. */
const COPY_MS = 300_000;
const START_MS = 120_000;

/**
 * Returns a manager's Swarm state: an archive (tar, gzip) of the folder `swarm` in the Docker root. Stops the engine,
 * and with it the machine's containers, during the copy, as Docker requires.
 */
export async function exportSwarmState(connection: EngineConnection): Promise<Buffer> {
  const encoded = await runCommandsAsRoot(connection, backupCommands(await dockerRoot(connection)));
  await waitForEngine(connection, ({ LocalNodeState }) => LocalNodeState !== "pending");
  return Buffer.from(encoded, "base64");
}

/**
 * Replaces a machine's Swarm state with that of an archive. The previous state is kept under another name, and restored
 * if the engine does not start.
 */
export async function importSwarmState(connection: EngineConnection, archive: Buffer): Promise<{ previous: string }> {
  const root = await dockerRoot(connection);
  const previous = `${root}/swarm.before-${new Date().toISOString().replace(/\W/g, "")}`;
  await runCommandsAsRoot(connection, restoreCommands(root, previous), archive.toString("base64"));
  try {
    // Its node stays pending without the other managers of that state, so do not wait for it.
    await waitForEngine(connection);
  } catch (error) {
    await runCommandsAsRoot(connection, rollBackCommands(root, previous));
    throw new Error(`${errorMessage(error)}: the previous state was restored`, { cause: error });
  }
  return { previous };
}

/** Removes the replaced state, which contains keys of the Swarm. */
export async function removePreviousState(connection: EngineConnection, previous: string): Promise<void> {
  await runCommandsAsRoot(connection, [`rm -rf ${shellQuote(previous)}`]);
}

/**
 * Runs a change after the engine has forgotten its Swarm node, whose data stays. Only then does the Engine recover a Swarm
 * from the data of a node that does not start. The node is restored if the change fails.
 */
export async function withoutNode<T>(connection: EngineConnection, change: () => Promise<T>): Promise<T> {
  const root = await dockerRoot(connection);
  await runCommandsAsRoot(connection, forgetNodeCommands(root));
  try {
    await waitForEngine(connection, ({ LocalNodeState }) => LocalNodeState === "inactive");
    const result = await change();
    // If it remains, it changes nothing.
    await runCommandsAsRoot(connection, discardNodeCommands(root)).catch(() => undefined);
    return result;
  } catch (error) {
    await runCommandsAsRoot(connection, recallNodeCommands(root));
    throw error;
  }
}

/** Whether a killed run left an engine without its node. */
export async function hasForgottenNode(connection: EngineConnection): Promise<boolean> {
  const root = await dockerRoot(connection).catch(() => undefined);
  if (root === undefined) return false;
  return (await runCommandsAsRoot(connection, hasForgottenNodeCommands(root))).trim() === FORGOTTEN;
}

function runCommandsAsRoot(connection: EngineConnection, commands: string[], input?: string): Promise<string> {
  const script = rootScript([...ENGINE_CONTROL, ...commands]);
  return runAsRoot(connection, script, { input, timeoutMs: COPY_MS });
}

/** Returns the engine's Docker root. */
async function dockerRoot(connection: EngineConnection): Promise<string> {
  await assertRunsScripts(connection);
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
