import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ROOT } from "../../toolchain/cache.ts";
import { type CommandName, COMMANDS } from "../../toolchain/help.mjs";

/** The arguments of a command. */
export interface CommandArgs {
  /** `--stack`, `-s`; else PULUMI_STACK; else `dev`. If given several times, the last one. */
  stack: string;
  /** All named stacks, in their order; the default stack if none is named. */
  stacks: string[];
  /** `--yes`, `-y`: ask nothing. */
  yes: boolean;
  /** `--json`, `-j`: the result for a program, on standard output. */
  json: boolean;
  /** The command's own flags that were given. */
  flags: Set<string>;
  /** The command's own options that were given, with their values. */
  values: Record<string, string>;
  /** All other arguments, in their order: positional arguments, or arguments for another program. */
  rest: string[];
}

/** An option as `parseArgs` knows it. */
interface OwnOption {
  type: "boolean" | "string";
  short?: string;
}

/**
 * Parses a command's arguments by its entry in toolchain/help.mjs.
 *
 * @throws at an option or argument that the command does not have, unless it forwards those to another program
 */
export function parseCommandArgs(name: CommandName, argv: readonly string[] = process.argv.slice(2)): CommandArgs {
  const { forwardsTo, positionals, run } = COMMANDS[name];
  const options = ownOptions(name);
  // Skips groups of short options, such as Pulumi's -r=false: they are never ours, and parseArgs would split them.
  const parsed = argv.map((arg, index) => ({ arg, index })).filter(({ arg }) => !/^-[^-]./.test(arg));
  const args = parsed.map(({ arg }) => arg);
  const { tokens } = parseArgs({ args, options, strict: false, allowPositionals: true, tokens: true });
  const named: string[] = [];
  const result = { yes: false, json: false, flags: new Set<string>(), values: {} as CommandArgs["values"] };
  const consumed = new Set<number>();
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const { name: option, rawName, value, inlineValue, index } = token;
    const type = options[option]?.type;
    // `--yes=false` is left to Pulumi: our flags have no value.
    if (type === undefined || (type === "boolean" && value !== undefined)) continue;
    consumed.add(parsed[index]!.index);
    if (type === "string" && !inlineValue && value !== undefined) consumed.add(parsed[index + 1]!.index);
    if (option === "stack") named.push(value ?? "");
    else if (option === "yes" || option === "json") result[option] = true;
    else if (type === "boolean") result.flags.add(`--${option}`);
    else result.values[`--${option}`] = requireValue(rawName, value);
  }
  const rest = argv.filter((_, index) => !consumed.has(index));
  if (forwardsTo === undefined) {
    const unknown = rest.find((arg) => arg.startsWith("-"));
    if (unknown !== undefined) throw new Error(`option "${unknown}": unknown to \`${run}\`: see ${helpOf(name)}`);
    if (positionals) assertPositionals(name, positionals, rest);
  }
  const stacks = named.length > 0 ? named : [defaultStack()];
  if (options["stack"]) for (const stack of stacks) assertStack(stack);
  return { ...result, stack: stacks.at(-1)!, stacks: [...new Set(stacks)], rest };
}

/** Returns the command's options, from the first column of its help. */
function ownOptions(name: CommandName): Record<string, OwnOption> {
  return Object.fromEntries(
    COMMANDS[name].options.map(([option]) => {
      const [, short, long = "", value] = /^(?:-(\w), )?--([\w-]+)( <.*>)?$/.exec(option) ?? [];
      return [long, { type: value === undefined ? "boolean" : "string", ...(short !== undefined && { short }) }];
    }),
  );
}

function requireValue(option: string, value = ""): string {
  if (value === "" || value.startsWith("-")) throw new Error(`${option}: needs a value`);
  return value;
}

function assertPositionals(name: CommandName, wanted: readonly string[], given: readonly string[]): void {
  const missing = wanted[given.length];
  if (missing !== undefined) throw new Error(`argument ${missing}: is missing: see ${helpOf(name)}`);
  const surplus = given[wanted.length];
  if (surplus === undefined) return;
  throw new Error(`argument "${surplus}": unknown to \`${COMMANDS[name].run}\`: see ${helpOf(name)}`);
}

/** Returns the command line that prints a command's help. */
export function helpOf(name: CommandName): string {
  return `\`${COMMANDS[name].run} -- --help\``;
}

/** Returns the command line that runs a command on a stack. Omits the default stack. */
export function npmRun(command: string, stack: string, ...args: readonly string[]): string {
  const given = [...(stack === defaultStack() ? [] : ["--stack", stack]), ...args];
  return ["npm run", command, ...(given.length > 0 ? ["--", ...given] : [])].join(" ");
}

const defaultStack = () => process.env["PULUMI_STACK"] || "dev";

/** A stack is configured by its file; a mistyped name must not create a new, empty stack. */
function assertStack(stack: string): void {
  if (/^[\w.-]+$/.test(stack) && existsSync(join(ROOT, `Pulumi.${stack}.yaml`))) return;
  const known = knownStacks();
  throw new Error(
    `--stack "${stack}": there is no Pulumi.${stack}.yaml; choose one of ${known.join(", ")}, or write that file`,
  );
}

/** Returns the stacks that files of this repository configure. */
export function knownStacks(): string[] {
  return readdirSync(ROOT).flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? []);
}
