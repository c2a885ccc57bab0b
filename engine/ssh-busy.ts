import type { Deadline } from "./deadline.ts";
import { pause } from "./pause.ts";
import { UnreachableError } from "./unreachable.ts";

/** Repeats after which a machine counts as unreachable. */
const MAX_REPEATS = 5;

/** Milliseconds before the first repeat. Doubles each time; a random part spreads connections that were refused together. */
const FIRST_PAUSE_MS = 250;

/**
 * Repeats an attempt if sshd closed its connection before the login, because too many clients were logging in. Such an
 * attempt has had no effect on the machine.
 */
export async function retryIfBusy<T>(deadline: Deadline, attempt: () => Promise<T>): Promise<T> {
  for (let repeats = 0; ; repeats++) {
    try {
      return await attempt();
    } catch (error) {
      const isBusy = error instanceof UnreachableError && error.kind === "busy";
      const pauseMs = FIRST_PAUSE_MS * 2 ** repeats * (1 + Math.random());
      if (!isBusy || repeats === MAX_REPEATS || deadline.remainingMs < pauseMs) throw error;
      await pause(pauseMs);
    }
  }
}
