import type { EngineConnection } from "../../engine/engine-connection.ts";
import { Engine } from "../../engine/engine.ts";
import { isSshConnection, runRemoteScript } from "../../engine/ssh-shell.ts";
import { errorMessage } from "../../engine/error-message.ts";
import { summarizeErrors } from "../../provider/hosts/host-plan.ts";
import type { RecordedMember } from "../lib/recorded-stack.ts";
import { ENGINE_CONTROL, rootScript } from "../lib/root-script.ts";
import { installCommands, type InstalledEngine, parseInstalledEngine, INSPECT_SCRIPT } from "./package.ts";
import type { HostEngine, UpgradeStep } from "./plan.ts";

/** How long package managers may take, in milliseconds: they may wait 5 min for each other. */
const PACKAGES_MS = 15 * 60_000;

/** What a host's machine tells of its engine. */
export async function inspectHostEngine({ key, connection }: RecordedMember): Promise<HostEngine> {
  const { host } = connection;
  if (!isSshConnection(connection)) {
    const own =
      "on its own machine `sudo apt-get update && sudo apt-get install docker.io` (or docker-ce, or dnf) does it";
    return {
      key,
      host,
      error: `its engine is reached at ${host}, and only hosts reached by ssh are upgraded: ${own}`,
    };
  }
  try {
    const { ServerVersion } = await new Engine(connection).info();
    return { key, host, engineVersion: ServerVersion, installed: await inspectPackage(connection) };
  } catch (error) {
    return { key, host, error: errorMessage(error) };
  }
}

/** The engine's package on a machine. */
export async function inspectPackage(connection: EngineConnection): Promise<InstalledEngine | undefined> {
  return parseInstalledEngine(
    await runOrThrow(connection, INSPECT_SCRIPT, "its package manager does not tell its versions"),
  );
}

/** Fetches what is to be installed, while the host still serves. What cannot be installed shows here already. */
export async function fetchPackages(connection: EngineConnection, { installed, to }: UpgradeStep): Promise<void> {
  const { fetch } = installCommands(installed, to);
  await runOrThrow(connection, rootScript([`${fetch} >&2`]), `${installed.name} ${to} cannot be had`);
}

/**
 * Installs what was fetched, with the engine stopped meanwhile: not every package starts it anew. What is begun is
 * brought to its end though the connection breaks, and the engine is started again in any case.
 */
export async function installPackages(connection: EngineConnection, { installed, to }: UpgradeStep): Promise<void> {
  const script = rootScript([
    ...ENGINE_CONTROL,
    "trap '' HUP PIPE",
    "log=$(mktemp)",
    'ended() { code=$?; start_engine 3>&- || code=1; [ $code = 0 ] || cat "$log" >&3 || true; rm -f "$log"; exit $code; }',
    "trap ended EXIT",
    'exec 3>&2 >"$log" 2>&1 </dev/null',
    "stop_engine 3>&-",
    ...installCommands(installed, to).install.map((command) => `{ ${command}; } 3>&-`),
  ]);
  await runOrThrow(connection, script, `${installed.name} ${to} could not be installed`);
}

async function runOrThrow(connection: EngineConnection, script: string, otherwise: string): Promise<string> {
  const { exitCode, stdout, stderr } = await runRemoteScript(connection, script, { timeoutMs: PACKAGES_MS });
  if (exitCode !== 0) throw new Error(`${otherwise}: ${summarizeErrors(stderr)}`);
  return stdout;
}
