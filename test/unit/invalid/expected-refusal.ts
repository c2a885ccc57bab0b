import type { Settings } from "../../../stacks/settings.ts";

/** What the one line that refuses a wrong input has to say. */
export interface ExpectedRefusal {
  what: string;
  /** The argument as the user wrote it. */
  argument: string;
  /** The value given, as it is printed. */
  value: string;
  /** The way out. */
  fix: string;
}

/** A wrong configuration of this repository's own stack. */
export interface Refusal extends ExpectedRefusal {
  config: Record<string, unknown>;
}

/** Wrong configurations by the setting that is wrong: the type asks for one of each. */
export type InvalidSettings<Setting extends keyof Settings> = Record<Setting, [Refusal, ...Refusal[]]>;

export function invalid(
  what: string,
  config: Record<string, unknown>,
  argument: string,
  value: string,
  fix: string,
): Refusal {
  return { what, config, argument, value, fix };
}

/** The line of an output that says all that a refusal has to say. */
export function findRefusalLine(output: string, { argument, value, fix }: ExpectedRefusal): string | undefined {
  return output.split("\n").find((line) => [argument, value, fix].every((part) => line.includes(part)));
}
