import type { Settings } from "../../../stacks/settings.ts";

/** What the one line that refuses a wrong input has to say. */
export interface Said {
  what: string;
  /** The argument as the user wrote it. */
  argument: string;
  /** The value given, as it is printed. */
  value: string;
  /** The way out. */
  wayOut: string;
}

/** A wrong configuration of this repository's own stack. */
export interface Refusal extends Said {
  config: Record<string, unknown>;
}

/** Wrong configurations by the setting that is wrong: the type asks for one of each. */
export type WrongSettings<Setting extends keyof Settings> = Record<Setting, [Refusal, ...Refusal[]]>;

export function wrong(
  what: string,
  config: Record<string, unknown>,
  argument: string,
  value: string,
  wayOut: string,
): Refusal {
  return { what, config, argument, value, wayOut };
}

/** The line of an output that says all that a refusal has to say. */
export function refusalLine(output: string, { argument, value, wayOut }: Said): string | undefined {
  return output.split("\n").find((line) => [argument, value, wayOut].every((part) => line.includes(part)));
}
