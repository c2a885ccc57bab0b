import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../toolchain/cache.ts";

/** What every command understands, and what is left for Pulumi. */
export interface CommandArgs {
  /** `--stack`, `-s`; else PULUMI_STACK; else `dev`. */
  stack: string;
  /** `--yes`, `-y`: ask nothing. */
  yes: boolean;
  /** `--json`: the result for a program, on standard output. */
  json: boolean;
  /** The command's own flags that were given. */
  flags: Set<string>;
  /** All others, in their order. */
  rest: string[];
}

/** Reads a command's arguments. `own` are flags of this command alone, such as `--delete-data`. */
export function readArgs(argv: readonly string[] = process.argv.slice(2), own: readonly string[] = []): CommandArgs {
  const args: CommandArgs = { stack: defaultStack(), yes: false, json: false, flags: new Set(), rest: [] };
  for (let at = 0; at < argv.length; at++) {
    const arg = argv[at] ?? "";
    const [name, inline] = arg.startsWith("--stack=") ? ["--stack", arg.slice("--stack=".length)] : [arg, undefined];
    if (name === "--stack" || name === "-s") args.stack = inline ?? argv[++at] ?? "";
    else if (name === "--yes" || name === "-y") args.yes = true;
    else if (name === "--json" || name === "-j") args.json = true;
    else if (own.includes(name)) args.flags.add(name);
    else args.rest.push(arg);
  }
  assertStack(args.stack);
  return args;
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
  const known = readdirSync(ROOT).flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? []);
  throw new Error(
    `--stack "${stack}": there is no Pulumi.${stack}.yaml; choose one of ${known.join(", ")}, or write that file`,
  );
}
