/** A resource as rules look at it. A value that a preview does not know yet throws when it is read. */
export interface PolicyResource {
  type: string;
  name: string;
  urn: string;
  props: Readonly<Record<string, unknown>>;
  /** Whether Pulumi refuses to delete it. */
  isProtected: boolean;
  /** URN of the component it is part of; absent for a resource at the top. */
  parent?: string;
  /** URNs of the resources that each of its properties comes from. Known to rules about whole stacks alone. */
  sources?: Readonly<Record<string, readonly string[]>>;
}

/** What is wrong, in one line with the way out. No value is named in it that might be a secret. */
export type Violation = string;

/** One rule. Plain functions over plain data, so that each is tried without Pulumi. */
export type Rule = ResourceRule | StackRule | (ResourceRule & StackRule);

interface RuleDescription {
  /** Its name for life: it stands in the config of those who use it. */
  name: string;
  description: string;
  /** Whether it stops a run, or only says so, unless the config says otherwise. */
  level: "mandatory" | "advisory";
  /** Whether stacks of development are left alone. */
  outsideDevelopment?: boolean;
}

export interface ResourceRule extends RuleDescription {
  /** What is wrong with one resource. */
  resource: (resource: PolicyResource) => Violation[];
}

export interface StackRule extends RuleDescription {
  /** What is wrong with a stack as a whole, and with which of its resources. */
  stack: (resources: readonly PolicyResource[]) => { text: Violation; urn?: string }[];
}

/** A part of what a resource is asked for; undefined where there is none. */
export function getProperty(value: unknown, ...path: readonly string[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== "object" || found === null) return undefined;
    found = (found as Record<string, unknown>)[key];
  }
  return found;
}

/** The items of a list; none of what is none. */
export function toArray(value: unknown): unknown[] {
  return Array.isArray(value) ? [...(value as unknown[])] : [];
}

/** The texts of a list. */
export function toStrings(value: unknown): string[] {
  return toArray(value).filter((item) => typeof item === "string");
}

/** What is read, or undefined where a preview does not know it yet: a rule about a whole stack goes on without it. */
export function ifKnown<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && error.constructor.name === "UnknownValueError") return undefined;
    throw error;
  }
}

/** The stack of a resource, from its URN. */
export function stackName(urn: string): string {
  return urn.split("::")[0]?.split(":").at(-1) ?? "";
}
