import { say } from "../../toolchain/progress.ts";
import type { RecordedMember } from "../lib/recorded-stack.ts";

/** Prints the remaining steps after a Swarm was recovered or restored on one manager. */
export function warnUnreachable(unreachable: readonly RecordedMember[]): void {
  for (const { key } of unreachable) {
    say(
      `host ${key} still has the previous Swarm: before it reconnects to the network, run \`docker swarm leave --force\` there`,
    );
  }
  say("`npm run up` lets the other managers join again; first remove lost ones from the program");
}
