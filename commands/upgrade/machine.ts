import { type EngineConnection, isSshConnection } from "../../engine/engine-connection.ts";
import { Engine } from "../../engine/engine.ts";
import { runRemoteScript } from "../../engine/ssh-shell.ts";
import { errorMessage } from "../../engine/error-message.ts";
import { summarizeErrors } from "../../provider/hosts/host-plan.ts";
import type { RecordedMember } from "../lib/recorded-stack.ts";
import { ENGINE_CONTROL, rootScript } from "../lib/root-script.ts";
import { installCommands, type InstalledEngine, parseInstalledEngine, INSPECT_SCRIPT } from "./package.ts";
import type { HostEngine, UpgradeStep } from "./plan.ts";

/** How long package managers may take, in milliseconds: they may wait 5 min for a lock. */
const PACKAGES_MS = 15 * 60_000;

/** Inspects the engine of a host, and its package. */
export async function inspectHostEngine({ key, connection }: RecordedMember): Promise<HostEngine> {
  const { host } = connection;
  if (!isSshConnection(connection)) {
    const own =
      "on its own machine `sudo apt-get update && sudo apt-get install docker.io` (or docker-ce, or dnf) upgrades it";
    return {
      key,
      host,
      error: `its engine is at ${host}, and only hosts reached by ssh can be upgraded: ${own}`,
    };
  }
  try {
    const { ServerVersion } = await new Engine(connection).info();
    return { key, host, engineVersion: ServerVersion, installed: await inspectPackage(connection) };
  } catch (error) {
    return { key, host, error: errorMessage(error) };
  }
}

/** Returns the engine's package on a machine; undefined if it was not installed from a package. */
export async function inspectPackage(connection: EngineConnection): Promise<InstalledEngine | undefined> {
  return parseInstalledEngine(
    await runOrThrow(connection, INSPECT_SCRIPT, "its package manager does not list its versions"),
  );
}

/** Downloads the packages while the host still runs. Finds most installation problems before the host is drained. */
export async function fetchPackages(connection: EngineConnection, { installed, to }: UpgradeStep): Promise<void> {
  const { fetch } = installCommands(installed, to);
  await runOrThrow(connection, rootScript([`${fetch} >&2`]), `${installed.name} ${to} cannot be downloaded`);
}

/**
 * Installs the downloaded packages with the engine stopped: not every package restarts it. The script finishes even if
 * the connection breaks, and always starts the engine again.
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
