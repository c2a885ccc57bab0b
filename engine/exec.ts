import type { Duplex } from "node:stream";
import type { EngineConnection } from "./engine-connection.ts";
import { Deadline } from "./deadline.ts";
import type { Engine, ExecResult } from "./engine.ts";
import { demuxStream } from "./stream-demux.ts";
import {
  EngineError,
  parseErrorMessage,
  openRequest,
  timeoutError,
  toUnreachableError,
  withApiVersion,
} from "./transport.ts";

/**
 * Runs a command in a container to its end and gives it a text to read: the way for what is secret, which an argument
 * or a variable would show to everybody on the machine.
 */
export async function execWithInput(
  engine: Engine,
  container: string,
  command: string[],
  input: string,
  timeoutMs = 30_000,
): Promise<ExecResult> {
  const deadline = new Deadline(timeoutMs / 1000);
  const { Id } = await engine.request<{ Id: string }>("POST", `/containers/${container}/exec`, {
    body: { AttachStdin: true, AttachStdout: true, AttachStderr: true, Cmd: command },
    timeoutMs,
  });
  const { stream, head } = await hijack(
    engine.connection,
    `/exec/${Id}/start`,
    { Detach: false, Tty: false },
    deadline.cap(timeoutMs),
  );
  const printed = collect(stream, head, deadline.cap(timeoutMs));
  stream.end(input);
  const { stdout, stderr } = await printed;
  return { exitCode: await engine.execExitCode(Id), stdout, stderr };
}

/** What the command prints until it ends, by stream. */
function collect(stream: Duplex, head: Buffer, timeoutMs: number): Promise<{ stdout: string; stderr: string }> {
  const parts: Record<"stdout" | "stderr", Buffer[]> = { stdout: [], stderr: [] };
  const take = demuxStream((which, bytes) => parts[which === 2 ? "stderr" : "stdout"].push(bytes));
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      stream.destroy(new Error(`a command in a container did not end within ${timeoutMs / 1000} s`));
    }, timeoutMs);
    stream.on("data", take);
    stream.once("error", reject);
    stream.once("close", () => clearTimeout(late));
    stream.once("end", () => {
      clearTimeout(late);
      resolve({ stdout: Buffer.concat(parts.stdout).toString(), stderr: Buffer.concat(parts.stderr).toString() });
    });
    if (head.length > 0) take(head);
  });
}

/**
 * Asks the Engine to make the connection itself the command's input and output.
 *
 * @param timeoutMs until the command must have started, in milliseconds
 * @throws UnreachableError when the Engine does not answer in time, EngineError when it does not start the command.
 */
export function hijack(
  connection: EngineConnection,
  path: string,
  body: unknown,
  timeoutMs = 30_000,
): Promise<{ stream: Duplex; head: Buffer }> {
  return withApiVersion(connection, timeoutMs, (prefix, leftMs) => upgraded(connection, prefix + path, body, leftMs));
}

function upgraded(
  connection: EngineConnection,
  path: string,
  body: unknown,
  timeoutMs: number,
): Promise<{ stream: Duplex; head: Buffer }> {
  const payload = JSON.stringify(body);
  const headers = {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(payload),
    connection: "Upgrade",
    upgrade: "tcp",
  };
  return new Promise((resolve, reject) => {
    const request = openRequest(connection, { method: "POST", path, headers }, "stream");
    const failed = (error: Error) => {
      clearTimeout(late);
      reject(toUnreachableError(connection, error, timeoutMs));
      request.destroy();
    };
    const late = setTimeout(() => failed(timeoutError()), timeoutMs);
    request.on("upgrade", (_response, stream, head) => {
      clearTimeout(late);
      resolve({ stream, head });
    });
    request.on("response", (response) => {
      let said = "";
      response.setEncoding("utf8").on("data", (text: string) => (said += text));
      response.on("error", failed);
      response.on("end", () => {
        clearTimeout(late);
        const { statusCode = 0 } = response;
        const why = parseErrorMessage(said) ?? `${path} answered ${statusCode}`;
        reject(new EngineError(statusCode, `the engine does not start the command: ${why}`));
      });
    });
    request.on("error", failed);
    request.end(payload);
  });
}
