import { errorMessage } from "../../engine/error-message.ts";
import { say } from "../../toolchain/progress.ts";

/** Runs a command. Its exit code is the result of `work`; an error is printed as one message without a stack trace. */
export async function main(work: () => Promise<number | void>): Promise<void> {
  try {
    process.exitCode = (await work()) ?? 0;
  } catch (error) {
    const debug = process.env["PULUMI_SWARM_DEBUG"] && error instanceof Error;
    say(`error: ${debug ? error.stack : errorMessage(error)}`);
    process.exitCode = 1;
  }
}
