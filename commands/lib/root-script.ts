import { type EngineConnection, isSshConnection } from "../../engine/engine-connection.ts";
import { runRemoteScript } from "../../engine/ssh-shell.ts";
import { checkEngineIsLocal, runLocalScript } from "../../engine/this-machine.ts";
import { FACTS_TIMEOUT_MS } from "../../engine/timeouts.ts";
import { lastLine } from "../../engine/last-line.ts";
import { shellQuote, PATH_WITH_SBIN } from "../../engine/shell-quoting.ts";

/** Shell functions `stop_engine` and `start_engine`, for systemd and for init scripts. */
export const ENGINE_CONTROL = [
  "stop_engine() {",
  "  if [ -d /run/systemd/system ]; then",
  // The socket would start the engine again.
  "    systemctl stop docker.socket 2>/dev/null || true",
  "    systemctl stop docker.service",
  "  else service docker stop; fi",
  "}",
  "start_engine() {",
  "  if [ -d /run/systemd/system ]; then systemctl start docker.service; else service docker start; fi",
  "}",
];

/** Returns a script that runs commands as root until one fails. */
export function rootScript(commands: readonly string[]): string {
  const work = ["set -eu", "umask 077", PATH_WITH_SBIN, ...commands].join("\n");
  return [
    `if [ "$(id -u)" = 0 ]; then exec sh -c ${shellQuote(work)}; fi`,
    "if ! sudo -n true 2>/dev/null; then",
    '  echo "user \"$(id -un)\" may not become root: log in as root, or let the user run sudo without a password" >&2; exit 1',
    "fi",
    `exec sudo -n sh -c ${shellQuote(work)}`,
  ].join("\n");
}

/**
 * Throws if no script can run on an engine's machine: it is reached neither by ssh, nor is it this machine.
 */
export async function assertRunsScripts(connection: EngineConnection): Promise<void> {
  if (isSshConnection(connection)) return;
  const elsewhere = await checkEngineIsLocal(connection, FACTS_TIMEOUT_MS);
  if (elsewhere !== undefined) {
    throw new Error(`engine ${connection.host}: the files of its machine are inaccessible: ${elsewhere}`);
  }
}

/** Runs a script of `rootScript` on an engine's machine and returns its output. */
export async function runAsRoot(
  connection: EngineConnection,
  script: string,
  { input, timeoutMs }: { input?: string; timeoutMs: number },
): Promise<string> {
  const options = { input, timeoutMs };
  const { exitCode, stdout, stderr } = isSshConnection(connection)
    ? await runRemoteScript(connection, script, options)
    : await runLocalScript(script, options);
  if (exitCode === 0) return stdout;
  const output = lastLine(stderr) ?? `the script ended with ${exitCode}`;
  throw new Error(`machine of ${connection.host}: ${output}`);
}
