/** A resource to validate. Properties that a preview does not know yet throw when they are read. */
export interface PolicyResource {
  type: string;
  name: string;
  urn: string;
  props: Readonly<Record<string, unknown>>;
  /** Whether it has the option `protect`. */
  isProtected: boolean;
  /** URN of the parent component; absent for top-level resources. */
  parent?: string;
  /** URNs of the resources that each property depends on. Only available to stack rules. */
  sources?: Readonly<Record<string, readonly string[]>>;
}

/** One line with the problem and the fix. It contains no values that might be secret. */
export type Violation = string;

/** A rule: pure functions over plain data, which can be tested without Pulumi. */
export type Rule = ResourceRule | StackRule | (ResourceRule & StackRule);

interface RuleDescription {
  /** Users refer to the name in their config, so it must not change. */
  name: string;
  description: string;
  /** Default enforcement level: `mandatory` fails the run, `advisory` only warns. */
  level: "mandatory" | "advisory";
  /** Whether development stacks are exempt. */
  outsideDevelopment?: boolean;
}

export interface ResourceRule extends RuleDescription {
  /** Validates one resource. */
  resource: (resource: PolicyResource) => Violation[];
}

export interface StackRule extends RuleDescription {
  /** Validates a stack as a whole. `urn` is the resource with the problem. */
  stack: (resources: readonly PolicyResource[]) => { text: Violation; urn?: string }[];
}

/** Returns the nested property at a path, or undefined. */
export function getProperty(value: unknown, ...path: readonly string[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== "object" || found === null) return undefined;
    found = (found as Record<string, unknown>)[key];
  }
  return found;
}

/** Returns an array's items; an empty array for other values. */
export function toArray(value: unknown): unknown[] {
  return Array.isArray(value) ? [...(value as unknown[])] : [];
}

/** Returns the strings of an array. */
export function toStrings(value: unknown): string[] {
  return toArray(value).filter((item) => typeof item === "string");
}

/** Returns the result of `read`, or undefined if a preview does not know it yet, so that stack rules can continue. */
export function ifKnown<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && error.constructor.name === "UnknownValueError") return undefined;
    throw error;
  }
}

/** Returns the name of a resource's stack. */
export function stackName(urn: string): string {
  return urn.split("::")[0]?.split(":").at(-1) ?? "";
}
