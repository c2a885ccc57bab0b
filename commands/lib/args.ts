import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../toolchain/cache.ts";

/** What every command understands, and what is left for Pulumi. */
export interface CommandArgs {
  /** `--stack`, `-s`; else PULUMI_STACK; else `dev`. Of several the last one. */
  stack: string;
  /** All stacks that were named, in their order; the one stack where none was. */
  stacks: string[];
  /** `--yes`, `-y`: ask nothing. */
  yes: boolean;
  /** `--json`: the result for a program, on standard output. */
  json: boolean;
  /** The command's own flags that were given. */
  flags: Set<string>;
  /** The command's own options that were given, with their values. */
  values: Record<string, string>;
  /** All others, in their order. */
  rest: string[];
}

/**
 * Reads a command's arguments.
 *
 * @param own flags of this command alone, such as `--delete-data`
 * @param valued options of this command alone that take a value, such as `--html`
 */
export function readArgs(
  argv: readonly string[] = process.argv.slice(2),
  own: readonly string[] = [],
  valued: readonly string[] = [],
): CommandArgs {
  const named: string[] = [];
  const args = { yes: false, json: false, flags: new Set<string>(), values: {} as CommandArgs["values"] };
  const rest: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const arg = argv[at] ?? "";
    const [option = "", inline] = arg.split(/=(.*)/s);
    if (option === "--stack" || arg === "-s") named.push(inline ?? argv[++at] ?? "");
    else if (arg === "--yes" || arg === "-y") args.yes = true;
    else if (arg === "--json" || arg === "-j") args.json = true;
    else if (own.includes(arg)) args.flags.add(arg);
    else if (valued.includes(option)) args.values[option] = givenValue(option, inline ?? argv[++at]);
    else rest.push(arg);
  }
  const stacks = named.length > 0 ? named : [defaultStack()];
  for (const stack of stacks) assertStack(stack);
  return { ...args, stack: stacks.at(-1)!, stacks: [...new Set(stacks)], rest };
}

function givenValue(option: string, value = ""): string {
  if (value === "" || value.startsWith("-")) throw new Error(`${option}: needs a value`);
  return value;
}

/** Refuses what a command would silently drop. */
export function assertNoRest({ rest }: CommandArgs, usage: string): void {
  if (rest.length > 0) throw new Error(`argument "${rest[0]}": not known here; usage: ${usage}`);
}

/** How a command is typed that is to work on that stack; the one it would take by itself is not named. */
export function npmRun(command: string, stack: string, ...args: readonly string[]): string {
  const given = [...(stack === defaultStack() ? [] : ["--stack", stack]), ...args];
  return ["npm run", command, ...(given.length > 0 ? ["--", ...given] : [])].join(" ");
}

const defaultStack = () => process.env["PULUMI_STACK"] || "dev";

/** A stack is configured by its file; a mistyped name must not become a new, empty stack. */
function assertStack(stack: string): void {
  if (/^[\w.-]+$/.test(stack) && existsSync(join(ROOT, `Pulumi.${stack}.yaml`))) return;
  const known = knownStacks();
  throw new Error(
    `--stack "${stack}": there is no Pulumi.${stack}.yaml; choose one of ${known.join(", ")}, or write that file`,
  );
}

/** The stacks that files of this repository configure. */
export function knownStacks(): string[] {
  return readdirSync(ROOT).flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? []);
}
