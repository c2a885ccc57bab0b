const controller = new AbortController();

/** Aborted once Pulumi cancels the run, as Ctrl-C does. Waits end then; Pulumi also sends it when a run has ended. */
export const cancelled: AbortSignal = controller.signal;

/** Ends all waits of this process. */
export function cancelAll(): void {
  controller.abort();
}
