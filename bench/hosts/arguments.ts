import { parseCommandArgs } from "../../commands/lib/args.ts";
import { parseCount } from "../../commands/lab/arguments.ts";
import { selectNamed } from "../parts.ts";
import { HOST_PARTS, type HostPart } from "./report.ts";

export const HOSTS_USAGE =
  "npm run bench:hosts [-- cluster | growth | stand-ins | throughput | encryption] [--hosts 5,10] [--json] [--write]";

export interface HostsArgs {
  parts: Set<HostPart>;
  /** Numbers of hosts, instead of the part's default. */
  sizes?: number[];
  json: boolean;
  /** Whether to update the document and its plots. */
  write: boolean;
}

/** Parses the command's arguments. */
export function parseHostsArgs(args: readonly string[]): HostsArgs {
  const { values, flags, json, rest } = parseCommandArgs("bench-hosts", args);
  const hosts = values["--hosts"];
  const parts = selectNamed(HOST_PARTS, rest, HOSTS_USAGE);
  if (hosts !== undefined && parts.size > 1) {
    throw new Error(`--hosts "${hosts}": name the part that it is for; usage: ${HOSTS_USAGE}`);
  }
  return {
    parts,
    sizes: hosts?.split(",").map((size) => parseCount("--hosts", size, 2, 2000)),
    json,
    write: flags.has("--write"),
  };
}
