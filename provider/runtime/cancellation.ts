const controller = new AbortController();

/**
 * Aborted when Pulumi cancels the run, for example after Ctrl-C, which ends all waits. Pulumi also cancels when a run
 * has ended.
 */
export const cancelled: AbortSignal = controller.signal;

/** Ends all waits of this process. */
export function cancelAll(): void {
  controller.abort();
}
