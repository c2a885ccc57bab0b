/** A value that a service is built on for life: changing it is refused. */
export interface ImmutableValue {
  /** The value, compared as JSON. */
  value: unknown;
  /** Why it cannot change, and the way out; ends the message. */
  reason: string;
}

/** Values chosen for life, by the name of the argument. */
export type ImmutableValues = Record<string, ImmutableValue>;
