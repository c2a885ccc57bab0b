import { assertNoRest, type CommandArgs, readArgs } from "../lib/args.ts";

export const UPGRADE_USAGE =
  "npm run upgrade [-- --stack dev] [--to 28.5.1] [--host a] [--dry-run] [--allow-outage] [--json]";

export interface UpgradeArguments extends Pick<CommandArgs, "stack" | "json"> {
  to?: string;
  host?: string;
  dryRun: boolean;
  allowOutage: boolean;
}

const DRY_RUN = "--dry-run";
const ALLOW_OUTAGE = "--allow-outage";

export function upgradeArguments(argv: readonly string[]): UpgradeArguments {
  const args = readArgs(argv, [DRY_RUN, ALLOW_OUTAGE], ["--to", "--host"]);
  assertNoRest(args, UPGRADE_USAGE);
  const { stack, json, flags, values } = args;
  for (const [option, value] of Object.entries(values)) {
    // It becomes a part of a command for root.
    if (!/^[\w.:+~-]+$/.test(value)) throw new Error(`${option} "${value}": is none; usage: ${UPGRADE_USAGE}`);
  }
  const { "--to": to, "--host": host } = values;
  return { stack, json, to, host, dryRun: flags.has(DRY_RUN), allowOutage: flags.has(ALLOW_OUTAGE) };
}
