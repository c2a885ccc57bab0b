/** Waits with the global timer, which tests replace with fake time. That of `node:timers/promises` cannot be replaced. */
export function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
