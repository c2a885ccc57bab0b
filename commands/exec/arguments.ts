import { readArgs } from "../lib/args.ts";

export const EXEC_USAGE = "npm run exec -- [--stack dev] <host key> <command> …   (npm run exec -- local mc ls local)";

export interface ExecArguments {
  stack: string;
  host: string;
  command: string[];
}

/** What comes before the host key is ours; everything after it is the command's, its options too. */
export function execArguments(argv: readonly string[]): ExecArguments {
  const at = hostAt(argv);
  const [host, ...command] = argv.slice(at);
  if (host === undefined || command.length === 0) throw new Error(`a host key and a command are needed: ${EXEC_USAGE}`);
  const { stack, rest } = readArgs(argv.slice(0, at));
  if (rest.length > 0) throw new Error(`option "${rest[0]}": not known here; usage: ${EXEC_USAGE}`);
  return { stack, host, command };
}

function hostAt(argv: readonly string[]): number {
  let at = 0;
  while (argv[at]?.startsWith("-")) at += ["--stack", "-s"].includes(argv[at]!) ? 2 : 1;
  return at;
}
