import { errorMessage } from "../../engine/error-message.ts";
import { say } from "../../toolchain/progress.ts";

/** Runs a command: its exit code is what `work` gives back, and a failure is one plain message, no stack trace. */
export async function main(work: () => Promise<number | void>): Promise<void> {
  try {
    process.exitCode = (await work()) ?? 0;
  } catch (error) {
    const debug = process.env["PULUMI_SWARM_DEBUG"] && error instanceof Error;
    say(`error: ${debug ? error.stack : errorMessage(error)}`);
    process.exitCode = 1;
  }
}
