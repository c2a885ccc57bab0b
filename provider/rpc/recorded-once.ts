/** Returns the outputs to record: the state without the inputs that are recorded once. */
export function outputsOf<State extends object>(state: State, recordedOnce: readonly string[] = []): Partial<State> {
  const outputs = Object.entries(state).filter(([key]) => !recordedOnce.includes(key));
  return Object.fromEntries(outputs) as Partial<State>;
}

/** Returns the state with the inputs that are recorded once. */
export function stateFrom<State extends object>(
  outputs: State,
  inputs: object,
  recordedOnce: readonly string[] = [],
): State {
  const once = Object.entries(inputs).filter(([key]) => recordedOnce.includes(key));
  return { ...(Object.fromEntries(once) as Partial<State>), ...outputs };
}
