import { EngineError } from "../engine/transport.ts";

/** How often a change is tried. */
const ATTEMPTS = 5;

/**
 * Makes a change that reads what is there and writes it against its version. When somebody else wrote in between,
 * Swarm's own updater among them, it is made again on what is there now.
 */
export async function inSequence<T>(change: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await change();
    } catch (error) {
      const isOutdated = error instanceof EngineError && /update out of sequence/.test(error.message);
      if (!isOutdated || attempt === ATTEMPTS) throw error;
    }
  }
}
