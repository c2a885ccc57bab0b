import type { Settings } from "../../../stacks/settings.ts";

/** The parts of the line with which an invalid input is refused. */
export interface ExpectedRefusal {
  what: string;
  /** The argument as the user wrote it. */
  argument: string;
  /** The value given, as it is printed. */
  value: string;
  /** How to fix it. */
  fix: string;
}

/** An invalid configuration of this repository's stack. */
export interface Refusal extends ExpectedRefusal {
  config: Record<string, unknown>;
}

/** Invalid configurations by setting; the type requires at least one for each. */
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

/** Returns the line of an output that contains all parts of a refusal. */
export function findRefusalLine(output: string, { argument, value, fix }: ExpectedRefusal): string | undefined {
  return output.split("\n").find((line) => [argument, value, fix].every((part) => line.includes(part)));
}
