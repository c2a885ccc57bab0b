import { isDeepStrictEqual } from "node:util";
import { escapeControlCharacters } from "../../core/escape-control-characters.ts";

/** How Pulumi spells a value that is not known yet, in what it hands to a provider. */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Whether a value, or anything inside it, is only known once something else is made. */
export function containsUnknown(value: unknown): boolean {
  if (value === UNKNOWN) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(containsUnknown);
}

/** The keys of `news` whose values differ from those in `olds`. */
export function changedKeys<T extends object>(
  olds: Partial<T>,
  news: T,
  keys: readonly (keyof T & string)[],
): string[] {
  return keys.filter((key) => !deepEqual(olds[key], news[key]));
}

/** Equality of plain data, an absent value being the same as an undefined one. */
export function deepEqual(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(withoutUndefined(a), withoutUndefined(b));
}

function withoutUndefined(value: unknown): unknown {
  return value === undefined ? null : (JSON.parse(JSON.stringify(value)) as unknown);
}

/** An error whose message is all there is to say: Pulumi prints a provider's stack traces, and ours would only hide it. */
export class ResourceError extends Error {
  constructor(text: string) {
    const message = escapeControlCharacters(text);
    super(message);
    this.name = "ResourceProblem";
    this.stack = message;
  }
}

/** A resource that was made but does not work yet. Pulumi records it, so that the next `up` goes on from there. */
export class ResourceInitError extends ResourceError {
  readonly id: string;
  readonly properties: object;
  readonly reasons: string[];
  constructor(id: string, properties: object, message: string, cause?: unknown) {
    super(message);
    this.name = "UnfinishedError";
    this.cause = cause;
    this.id = id;
    this.properties = properties;
    this.reasons = [this.message];
  }
}

/** No manager of a Swarm could be asked. */
export class NoManagerError extends ResourceError {
  /** Whether one may answer a moment later. */
  readonly isTransient: boolean;
  constructor(message: string, isTransient: boolean) {
    super(message);
    this.name = "NoManagerError";
    this.isTransient = isTransient;
  }
}
