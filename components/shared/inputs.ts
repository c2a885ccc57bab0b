import * as pulumi from "@pulumi/pulumi";

/** `T` with Outputs allowed at every depth. Plain values stay visible in a preview while others are unknown. */
export type DeepInput<T> = pulumi.Input<T extends object ? { [K in keyof T]: DeepInput<T[K]> } : T>;

/** `T` with Outputs allowed for its texts, numbers and booleans. Objects and arrays are plain, so programs can change them. */
export type LeafInputs<T> = [T] extends [object | undefined] ? { [K in keyof T]: LeafInputs<T[K]> } : pulumi.Input<T>;

/** `T` with Outputs allowed in its fields. The object itself is plain, so that a preview shows its known fields. */
export type FieldInputs<T> = { [K in keyof T]: DeepInput<T[K]> };

/** Returns the value if it is plain, so that it can be validated before anything is registered. */
export function knownValue<T>(input: pulumi.Input<T> | undefined): T | undefined {
  return isPlain(input) ? input : undefined;
}

/** Returns the plain fields. The others are undefined. */
export function knownFields<T extends object>(fields: { [K in keyof T]?: pulumi.Input<T[K]> }): Partial<T> {
  const values = Object.entries(fields).map(([field, input]) => [field, knownValue(input)]);
  return Object.fromEntries(values) as Partial<T>;
}

/** Returns the record if all its values are plain. */
export function knownRecord<T>(
  input: pulumi.Input<Record<string, pulumi.Input<T>>> | undefined,
): Record<string, T> | undefined {
  const record = knownValue(input);
  if (record === undefined) return undefined;
  const entries = Object.entries(record).map(([key, value]) => [key, knownValue(value)] as const);
  const isKnown = entries.every(([, value]) => value !== undefined);
  return isKnown ? (Object.fromEntries(entries) as Record<string, T>) : undefined;
}

/** Returns the converted value, plain if the input is plain. */
export function mapInput<T, U>(input: pulumi.Input<T>, convert: (value: T) => U): pulumi.Input<U> {
  return isPlain(input) ? convert(input) : pulumi.output(input).apply((value) => convert(value as T));
}

/** Validates a deferred value once it is known. A plain value was validated before anything was registered. */
export function validateWhenKnown(input: pulumi.Input<string>, check: (value: string) => void): pulumi.Input<string> {
  if (isPlain(input)) return input;
  return mapInput(input, (value) => {
    check(value);
    return value;
  });
}

/** Returns the names of the fields that are given, but not among the known ones. */
export function unknownFields(inputs: object, known: object): string[] {
  const values = known as Record<string, unknown>;
  const given = Object.entries(inputs).filter(([, input]) => input !== undefined);
  return given.map(([field]) => field).filter((field) => values[field] === undefined);
}

/** Returns whether the value is plain, neither an Output nor a promise. */
export function isPlain<T>(input: pulumi.Input<T> | undefined): input is T {
  const deferred = input as { apply?: unknown; then?: unknown } | null | undefined;
  return typeof deferred?.apply !== "function" && typeof deferred?.then !== "function";
}
