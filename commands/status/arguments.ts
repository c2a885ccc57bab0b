import { assertNoRest, type CommandArgs, readArgs } from "../lib/args.ts";

const HTML = "--html";

export interface StatusArguments extends Pick<CommandArgs, "stack" | "json"> {
  /** The file that the page is written to. */
  html?: string;
}

export function statusArguments(argv: readonly string[]): StatusArguments {
  const args = readArgs(argv, [], [HTML]);
  assertNoRest(args, "npm run status [-- --stack dev] [--json] [--html status.html]");
  return { stack: args.stack, json: args.json, html: args.values[HTML] };
}
