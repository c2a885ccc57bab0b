import type { EngineConnection } from "./engine-connection.ts";
import { sshError, sshStartError, startSsh } from "./ssh.ts";
import { UnreachableError } from "./unreachable.ts";

/** What a script ended with. */
export interface ScriptResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** Whether scripts can be run on the engine's machine: only where it is reached through ssh. */
export function isSshConnection(connection: EngineConnection): boolean {
  return connection.host.startsWith("ssh://");
}

/** ssh's own exit code when it failed itself; a script does not end with it. */
const SSH_FAILED = 255;

/**
 * Runs a script for the POSIX shell on the engine's machine, as the user that ssh logs in. The script and its input
 * travel over standard input, so neither stands among the processes of either machine.
 *
 * @param options.input what the script reads from standard input @default - nothing
 * @param options.timeoutMs until it is given up; what it began may go on @default 60000
 * @throws UnreachableError when ssh itself fails, or the script takes too long.
 */
export function runRemoteScript(
  connection: EngineConnection,
  script: string,
  options: { input?: string; timeoutMs?: number } = {},
): Promise<ScriptResult> {
  const { input = "", timeoutMs = 60_000 } = options;
  const bytes = Buffer.from(script);
  // Byte by byte: whatever follows the script is its input, and must still be there for it to read.
  const child = startSsh(connection, `exec sh -c 'eval "$(dd bs=1 count=${bytes.length} 2>/dev/null)"'`);
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => {
      reject(new UnreachableError(connection.host, `a script there did not end within ${timeoutMs / 1000} s`));
      child.kill();
    }, timeoutMs);
    const output: Record<"stdout" | "stderr", string> = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream].setEncoding("utf8").on("data", (text: string) => (output[stream] += text));
    }
    child.on("error", (error) => {
      clearTimeout(limit);
      reject(sshStartError(connection, error));
    });
    child.on("close", (code) => {
      clearTimeout(limit);
      if (code === null || code === SSH_FAILED) reject(sshError(connection, { stderr: output.stderr, code }));
      else resolve({ exitCode: code, ...output });
    });
    // A script may end before it has read its input.
    child.stdin.on("error", () => {});
    child.stdin.end(Buffer.concat([bytes, Buffer.from(input)]));
  });
}
