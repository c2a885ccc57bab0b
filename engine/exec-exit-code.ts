import { pause } from "./pause.ts";

/** The fields of `ExecInspect` that describe how a command ended. */
export interface ExecStatus {
  Running: boolean;
  ExitCode: number | null;
}

/**
 * Returns the exit code of a command after its output has ended. For up to 5 s the Engine may still report the command
 * as running, or without an exit code.
 *
 * @param inspect reads the command's status
 * @throws Error when the command keeps running after its output has ended
 */
export async function waitForExitCode(inspect: () => Promise<ExecStatus>): Promise<number> {
  for (let tries = 0; tries < 50; tries++) {
    const { Running, ExitCode } = await inspect();
    if (!Running && ExitCode !== null) return ExitCode;
    await pause(100);
  }
  throw new Error("the command's connection ended, but the command still runs in the container");
}
