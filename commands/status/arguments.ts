import { type CommandArgs, parseCommandArgs } from "../lib/args.ts";

export interface StatusArguments extends Pick<CommandArgs, "stack" | "json"> {
  /** The file that the page is written to. */
  html?: string;
}

export function statusArguments(argv: readonly string[]): StatusArguments {
  const { stack, json, values } = parseCommandArgs("status", argv);
  return { stack, json, html: values["--html"] };
}
