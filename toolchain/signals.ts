/** Signals by which a terminal, a service manager or a pipeline ends a process, with their numbers. */
const NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

export type EndingSignal = keyof typeof NUMBERS;

/** Calls `hear` at each such signal, until the function that is given back is called. */
export function onSignal(hear: (signal: EndingSignal) => void): () => void {
  const signals = Object.keys(NUMBERS) as EndingSignal[];
  for (const signal of signals) process.on(signal, hear);
  return () => {
    for (const signal of signals) process.removeListener(signal, hear);
  };
}

/** Ends this process with the exit code that a shell gives for the signal. */
export function endBy(signal: EndingSignal): never {
  process.exit(128 + NUMBERS[signal]);
}
