/** Waits by the global timer: unlike that of `node:timers/promises`, tests can replace it with fake time. */
export function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
