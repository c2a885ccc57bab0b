/** Signals that terminals, service managers and pipelines use to end a process, with their numbers. */
const SIGNAL_NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

export type TerminationSignal = keyof typeof SIGNAL_NUMBERS;

/** Calls `listener` on each such signal. Returns a function that stops listening. */
export function onTerminationSignal(listener: (signal: TerminationSignal) => void): () => void {
  const signals = Object.keys(SIGNAL_NUMBERS) as TerminationSignal[];
  for (const signal of signals) process.on(signal, listener);
  return () => {
    for (const signal of signals) process.removeListener(signal, listener);
  };
}

/** Ends this process with a shell's exit code for the signal. */
export function exitBySignal(signal: TerminationSignal): never {
  process.exit(128 + SIGNAL_NUMBERS[signal]);
}
