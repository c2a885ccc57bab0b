import type { Duplex } from "node:stream";
import type { EngineConnection } from "./engine-connection.ts";
import { limitTime } from "./cancellation.ts";
import { Deadline } from "./deadline.ts";
import type { Engine } from "./engine.ts";
import { pause } from "./pause.ts";
import { splitStreams } from "./stream-demux.ts";
import {
  EngineError,
  parseErrorMessage,
  openRequest,
  timeoutError,
  toUnreachableError,
  withApiVersion,
} from "./transport.ts";

/** The result of a command in a container. */
export interface ExecResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/**
 * Runs a command in a container and waits for its end.
 *
 * @param Env variables of the command, in addition to the container's
 */
export async function exec(
  engine: Engine,
  container: string,
  command: string[],
  timeoutMs = 30_000,
  Env?: string[],
): Promise<ExecResult> {
  const deadline = new Deadline(timeoutMs / 1000);
  const { Id } = await engine.request<{ Id: string }>("POST", `/containers/${container}/exec`, {
    body: { AttachStdout: true, AttachStderr: true, Cmd: command, Env },
  });
  const output = await engine.send("POST", `/exec/${Id}/start`, {
    body: { Detach: false, Tty: false },
    timeoutMs: deadline.cap(timeoutMs),
    isStream: true,
  });
  return { exitCode: await execExitCode(engine, Id), ...splitStreams(output) };
}

/**
 * Runs a command in a container with a text as its standard input, and waits for its end. Use it for secrets: arguments
 * and variables are visible to every user of the machine.
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
  const output = collectOutput(stream, head, deadline.cap(timeoutMs));
  stream.end(input);
  const { stdout, stderr } = await output;
  return { exitCode: await execExitCode(engine, Id), stdout, stderr };
}

/**
 * Returns the exit code of a command after its output has ended. For up to 5 s the Engine may still report the command
 * as running, or without an exit code.
 *
 * @throws Error when the command keeps running after its output has ended
 */
export async function execExitCode(engine: Engine, id: string): Promise<number> {
  for (let tries = 0; tries < 50; tries++) {
    const { Running, ExitCode } = await engine.request<ExecStatus>("GET", `/exec/${id}/json`);
    if (!Running && ExitCode !== null) return ExitCode;
    await pause(100);
  }
  throw new Error("the command's connection ended, but the command still runs in the container");
}

/** The fields of `ExecInspect` that describe how a command ended. */
interface ExecStatus {
  Running: boolean;
  ExitCode: number | null;
}

/** Collects a command's standard output and error until it ends. */
function collectOutput(stream: Duplex, head: Buffer, timeoutMs: number): Promise<{ stdout: string; stderr: string }> {
  const chunks = [head];
  return new Promise((resolve, reject) => {
    const liftLimit = limitTime(timeoutMs, (cancelled) => {
      stream.destroy(cancelled ?? new Error(`a command in a container did not end within ${timeoutMs / 1000} s`));
    });
    stream.on("data", (bytes: Buffer) => chunks.push(bytes));
    stream.once("error", reject);
    stream.once("close", liftLimit);
    stream.once("end", () => {
      liftLimit();
      resolve(splitStreams(Buffer.concat(chunks)));
    });
  });
}

/**
 * Starts a command and turns the connection into its input and output.
 *
 * @param timeoutMs milliseconds in which the command must start @default 30000
 * @throws UnreachableError when the Engine does not answer in time
 * @throws EngineError when the Engine does not start the command
 */
export function hijack(
  connection: EngineConnection,
  path: string,
  body: unknown,
  timeoutMs = 30_000,
): Promise<{ stream: Duplex; head: Buffer }> {
  return withApiVersion(connection, timeoutMs, (prefix, remainingMs) =>
    upgradeConnection(connection, prefix + path, body, remainingMs),
  );
}

function upgradeConnection(
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
      liftLimit();
      reject(toUnreachableError(connection, error, timeoutMs));
      request.destroy();
    };
    const liftLimit = limitTime(timeoutMs, (cancelled) => failed(cancelled ?? timeoutError()));
    request.on("upgrade", (_response, stream, head) => {
      liftLimit();
      resolve({ stream, head });
    });
    request.on("response", (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => (body += text));
      response.on("error", failed);
      response.on("end", () => {
        liftLimit();
        const { statusCode = 0 } = response;
        const reason = parseErrorMessage(body) ?? `${path} answered ${statusCode}`;
        reject(new EngineError(statusCode, `the engine does not start the command: ${reason}`));
      });
    });
    request.on("error", failed);
    request.end(payload);
  });
}
