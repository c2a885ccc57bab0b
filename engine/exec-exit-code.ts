import { pause } from "./pause.ts";

/** The part of the Engine's answer about a command in a container that tells how it ended. */
export interface ExecStatus {
  Running: boolean;
  ExitCode: number | null;
}

/**
 * Returns the exit code of a command in a container whose output has ended. The Engine knows it a moment later: until
 * then it reports the command as running, or without an exit code.
 *
 * @param inspect reads the command's status
 * @throws Error when the command goes on without its output
 */
export async function waitForExitCode(inspect: () => Promise<ExecStatus>): Promise<number> {
  for (let tries = 0; tries < 50; tries++) {
    const { Running, ExitCode } = await inspect();
    if (!Running && ExitCode !== null) return ExitCode;
    await pause(100);
  }
  throw new Error("the command's connection ended, but the command still runs in the container");
}
