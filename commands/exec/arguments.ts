import { indexOfHost } from "../../toolchain/help.mjs";
import { helpOf, parseCommandArgs } from "../lib/args.ts";

export interface ExecArguments {
  stack: string;
  host: string;
  command: string[];
}

/** Parses the options before the host key; all arguments after it, options included, belong to the command. */
export function execArguments(argv: readonly string[]): ExecArguments {
  const index = indexOfHost(argv);
  const { stack } = parseCommandArgs("exec", argv.slice(0, index));
  const [host, ...command] = argv.slice(index);
  if (host === undefined) throw new Error(`argument <host key>: is missing: see ${helpOf("exec")}`);
  if (command.length === 0) throw new Error(`argument <command>: is missing: see ${helpOf("exec")}`);
  return { stack, host, command };
}
