/** A value that cannot change while the resources that depend on it exist. */
export interface ImmutableValue {
  /** The value, compared as JSON. */
  value: unknown;
  /** Why it cannot change, and what to do instead; the end of the message. */
  reason: string;
}

/** Immutable values by the name of their argument. */
export type ImmutableValues = Record<string, ImmutableValue>;
