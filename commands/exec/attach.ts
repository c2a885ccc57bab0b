import type { Duplex } from "node:stream";
import { execExitCode, hijack } from "../../engine/exec.ts";
import type { Engine } from "../../engine/engine.ts";
import { demuxStream } from "../../engine/stream-demux.ts";

/** The local end of a command: a terminal or plain streams. */
export interface LocalStreams {
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
}

/**
 * Runs a command in a container with this process's input and output, and returns its exit code. On a terminal the
 * command gets a terminal of the same size, and Ctrl-C goes to the command.
 */
export async function execAttached(
  engine: Engine,
  container: string,
  command: string[],
  local: LocalStreams,
): Promise<number> {
  const { stdin, stdout } = local;
  const tty = stdin.isTTY === true && stdout.isTTY === true;
  const { Id } = await engine.request<{ Id: string }>("POST", `/containers/${container}/exec`, {
    body: {
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      Tty: tty,
      Cmd: command,
      Env: terminalEnvironment(tty),
    },
  });
  const { stream, head } = await hijack(engine.connection, `/exec/${Id}/start`, { Detach: false, Tty: tty });
  const resize = () => {
    const query = { h: stdout.rows, w: stdout.columns };
    // The command may have ended before its terminal is resized.
    void engine.request("POST", `/exec/${Id}/resize`, { query }).catch(() => {});
  };
  if (tty) {
    stdin.setRawMode(true);
    stdout.on("resize", resize);
    resize();
  }
  stdin.pipe(stream);
  try {
    await relay(stream, head, tty, local);
  } finally {
    stdin.unpipe(stream);
    if (tty) stdin.setRawMode(false);
    stdout.off("resize", resize);
    stdin.destroy();
  }
  return await execExitCode(engine, Id);
}

function terminalEnvironment(tty: boolean): string[] {
  return tty && process.env["TERM"] ? [`TERM=${process.env["TERM"]}`] : [];
}

/** Copies the command's output to the local streams until it ends, with backpressure. */
function relay(stream: Duplex, head: Buffer, tty: boolean, { stdout, stderr }: LocalStreams): Promise<void> {
  const write = (to: NodeJS.WriteStream, bytes: Buffer) => {
    if (to.write(bytes)) return;
    stream.pause();
    to.once("drain", () => stream.resume());
  };
  const split = demuxStream((which, bytes) => write(which === 2 ? stderr : stdout, bytes));
  const take = (bytes: Buffer) => (tty ? write(stdout, bytes) : split(bytes));
  return new Promise((resolve, reject) => {
    if (head.length > 0) take(head);
    stream.on("data", take);
    stream.on("end", resolve);
    for (const one of [stream, stdout, stderr]) one.once("error", reject);
  });
}
