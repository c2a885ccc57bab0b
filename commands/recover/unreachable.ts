import { say } from "../../toolchain/progress.ts";
import type { RecordedMember } from "../lib/recorded-stack.ts";

/** What is left to do after a Swarm was recovered or restored on one manager. */
export function warnUnreachable(unreachable: readonly RecordedMember[]): void {
  for (const { key } of unreachable) {
    say(
      `before host ${key} comes back, keep it apart and run \`docker swarm leave --force\` there: it knows no better`,
    );
  }
  say("`npm run up` has the other managers join again; take those out of the program that are gone for good");
}
