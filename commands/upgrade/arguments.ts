import { type CommandArgs, helpOf, parseCommandArgs } from "../lib/args.ts";

export interface UpgradeArguments extends Pick<CommandArgs, "stack" | "json"> {
  to?: string;
  host?: string;
  dryRun: boolean;
  allowOutage: boolean;
}

export function upgradeArguments(argv: readonly string[]): UpgradeArguments {
  const { stack, json, flags, values } = parseCommandArgs("upgrade", argv);
  for (const [option, value] of Object.entries(values)) {
    // The value becomes a part of a command that runs as root.
    if (/^[\w.:+~-]+$/.test(value)) continue;
    throw new Error(`${option} "${value}": must consist of letters, digits and _.:+~- only: see ${helpOf("upgrade")}`);
  }
  const { "--to": to, "--host": host } = values;
  return { stack, json, to, host, dryRun: flags.has("--dry-run"), allowOutage: flags.has("--allow-outage") };
}
