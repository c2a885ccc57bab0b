import type { Duplex } from "node:stream";
import type { EngineConnection } from "./connection.ts";
import type { Engine, ExecResult } from "./engine.ts";
import { frames } from "./frames.ts";
import { openRequest } from "./transport.ts";

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
  const { Id } = await engine.request<{ Id: string }>("POST", `/containers/${container}/exec`, {
    body: { AttachStdin: true, AttachStdout: true, AttachStderr: true, Cmd: command },
  });
  const { stream, head } = await hijack(engine.connection, `/exec/${Id}/start`, { Detach: false, Tty: false });
  const printed = collect(stream, head, timeoutMs);
  stream.end(input);
  const { stdout, stderr } = await printed;
  return { exitCode: await commandEnded(engine, Id), stdout, stderr };
}

/** What the command prints until it ends, by stream. */
function collect(stream: Duplex, head: Buffer, timeoutMs: number): Promise<{ stdout: string; stderr: string }> {
  const parts: Record<"stdout" | "stderr", Buffer[]> = { stdout: [], stderr: [] };
  const take = frames((which, bytes) => parts[which === 2 ? "stderr" : "stdout"].push(bytes));
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

/** The exit code of a command in a container. The Engine says that it has ended a moment after its output did. */
export async function commandEnded(engine: Engine, id: string): Promise<number> {
  for (let tries = 0; tries < 50; tries++) {
    const { Running, ExitCode } = await engine.request<{ Running: boolean; ExitCode: number | null }>(
      "GET",
      `/exec/${id}/json`,
    );
    if (!Running && ExitCode !== null) return ExitCode;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error("the command's connection ended, but the command still runs in the container");
}

/** Asks the Engine to make the connection itself the command's input and output. */
export function hijack(
  connection: EngineConnection,
  path: string,
  body: unknown,
): Promise<{ stream: Duplex; head: Buffer }> {
  const payload = JSON.stringify(body);
  const headers = {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(payload),
    connection: "Upgrade",
    upgrade: "tcp",
  };
  return new Promise((resolve, reject) => {
    const request = openRequest(connection, { method: "POST", path, headers });
    request.on("upgrade", (_response, stream, head) => resolve({ stream, head }));
    request.on("response", (response) => {
      response.setEncoding("utf8").on("data", (text: string) => {
        reject(new Error(`the engine does not start the command: ${text.trim()}`));
      });
    });
    request.on("error", reject);
    request.end(payload);
  });
}
