import { CancelledError, cutOff, limitTime } from "./cancellation.ts";
import { Deadline } from "./deadline.ts";
import type { EngineConnection } from "./engine-connection.ts";
import { retryIfBusy } from "./ssh-busy.ts";
import { endSsh } from "./ssh-process.ts";
import { sshError, sshStartError, startSsh } from "./ssh.ts";
import { UnreachableError } from "./unreachable.ts";

/** The result of a script. */
export interface ScriptResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** ssh's exit code when ssh itself failed. Scripts must not use it. */
const SSH_FAILED = 255;

/**
 * Runs a script of the POSIX shell on the engine's machine, as the user that ssh logs in. The script and its input are
 * sent over standard input, so that neither appears in a process list.
 *
 * @param options.input the script's standard input @default - empty
 * @param options.timeoutMs milliseconds until the call fails; the script may continue @default 60000
 * @throws UnreachableError when ssh itself fails or the script takes too long
 */
export function runRemoteScript(
  connection: EngineConnection,
  script: string,
  options: { input?: string; timeoutMs?: number } = {},
): Promise<ScriptResult> {
  const { input = "", timeoutMs = 60_000 } = options;
  const deadline = new Deadline(timeoutMs / 1000);
  return retryIfBusy(deadline, () => runOnce(connection, script, { input, timeoutMs: deadline.cap(timeoutMs) }));
}

async function runOnce(
  connection: EngineConnection,
  script: string,
  { input, timeoutMs }: { input: string; timeoutMs: number },
): Promise<ScriptResult> {
  cutOff().throwIfAborted();
  const bytes = Buffer.from(script);
  // dd reads byte by byte, so that the text after the script stays unread: it is the script's input.
  const child = startSsh(connection, `exec sh -c 'eval "$(dd bs=1 count=${bytes.length} 2>/dev/null)"'`);
  return new Promise((resolve, reject) => {
    const liftLimit = limitTime(timeoutMs, (cancelled) => {
      const problem = `a script there did not end within ${Math.round(timeoutMs / 1000)} s`;
      reject(
        cancelled
          ? new CancelledError(`cancelled before a script at ${connection.host} ended`)
          : new UnreachableError(connection.host, problem),
      );
      endSsh(child);
    });
    const output: Record<"stdout" | "stderr", string> = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream].setEncoding("utf8").on("data", (text: string) => (output[stream] += text));
    }
    child.on("error", (error) => {
      liftLimit();
      reject(sshStartError(connection, error));
    });
    child.on("close", (code) => {
      liftLimit();
      if (code === null || code === SSH_FAILED) reject(sshError(connection, { stderr: output.stderr, code }));
      else resolve({ exitCode: code, ...output });
    });
    // A script may end before it has read its input: ignore the broken pipe.
    child.stdin.on("error", () => {});
    child.stdin.end(Buffer.concat([bytes, Buffer.from(input)]));
  });
}
