import { type CommandArgs, readArgs } from "../support/args.ts";

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
  const { stack, json, flags, rest } = readArgs(argv, [DRY_RUN, ALLOW_OUTAGE]);
  const values: Record<string, string> = {};
  for (let at = 0; at < rest.length; at++) {
    const [name = "", inline] = (rest[at] ?? "").split(/=(.*)/s);
    if (name !== "--to" && name !== "--host") {
      throw new Error(`argument "${rest[at]}": not known here; usage: ${UPGRADE_USAGE}`);
    }
    const value = inline ?? rest[++at] ?? "";
    if (value === "" || value.startsWith("-")) throw new Error(`${name}: needs a value; usage: ${UPGRADE_USAGE}`);
    // It becomes a part of a command for root.
    if (!/^[\w.:+~-]+$/.test(value)) throw new Error(`${name} "${value}": is none; usage: ${UPGRADE_USAGE}`);
    values[name.slice(2)] = value;
  }
  const { to, host } = values;
  return { stack, json, to, host, dryRun: flags.has(DRY_RUN), allowOutage: flags.has(ALLOW_OUTAGE) };
}
