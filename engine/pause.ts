import { cutOff } from "./cancellation.ts";

/**
 * Waits with the global timer, which tests replace with fake time. That of `node:timers/promises` cannot be replaced.
 *
 * @param signal ends the pause @default - the one that ends all requests of a cancelled run
 */
export function pause(ms: number, signal: AbortSignal = cutOff()): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, signal.aborted ? 0 : ms);
    signal.addEventListener("abort", done);
  });
}
