import { cidrError } from "../../../core/networks/cidr.ts";
import type { ValidationIssue } from "../../../core/input-validation-error.ts";
import { validateTaskAmounts } from "../../service/task-limits.ts";
import { type CniArgs, CNI_PLUGINS, DEFAULT_TRANSPORT } from "./args.ts";
import { CNI_CHARTS, type InstalledPlugin, NODE_PREFIX, transportsOf } from "./charts.ts";

/** Prefix length of the widest private range, 10.0.0.0/8. */
const MIN_PREFIX = 8;

/** Validates the arguments of a CNI. */
export function validateCni(args: CniArgs): ValidationIssue[] {
  const { plugin, podCidr, timeoutSeconds } = args;
  if (!isKnownPlugin(plugin)) return [unknownPluginIssue(plugin)];
  return [
    ...(podCidr === undefined ? [] : validatePodCidr(podCidr)),
    ...(plugin === "none"
      ? validateNothingInstalled(args)
      : [...validateTransport(plugin, args), ...validateChart(args)]),
    ...validateTaskAmounts({ timeoutSeconds }, 0),
  ];
}

function isKnownPlugin(plugin: string): plugin is InstalledPlugin | "none" {
  return (CNI_PLUGINS as readonly string[]).includes(plugin);
}

function unknownPluginIssue(value: string): ValidationIssue {
  const argument = "plugin";
  const known = CNI_PLUGINS.map((one) => `"${one}"`).join(", ");
  if (!value.startsWith("weave")) return { argument, value, problem: `must be one of ${known}` };
  const problem =
    'Weave Net is archived and gets no more fixes: use "cilium", with transport "wireguard" if traffic must be encrypted';
  return { argument, value, problem };
}

function validateTransport(plugin: InstalledPlugin, { transport = DEFAULT_TRANSPORT }: CniArgs): ValidationIssue[] {
  const own = transportsOf(plugin);
  if (own.includes(transport)) return [];
  const others = Object.keys(CNI_CHARTS).filter((one) => transportsOf(one as InstalledPlugin).includes(transport));
  const elsewhere = others.length === 0 ? "" : `, or plugin ${others.map((one) => `"${one}"`).join(" or ")}`;
  const problem = `is not supported by ${plugin}: choose one of ${own.map((one) => `"${one}"`).join(", ")}${elsewhere}`;
  return [{ argument: "transport", value: transport, problem }];
}

function validatePodCidr(value: string): ValidationIssue[] {
  const problem = cidrError(value, "10.244.0.0/16") ?? sizeError(value);
  return problem === undefined ? [] : [{ argument: "podCidr", value, problem }];
}

function sizeError(podCidr: string): string | undefined {
  const prefix = Number(podCidr.split("/")[1]);
  if (prefix >= MIN_PREFIX && prefix <= NODE_PREFIX) return undefined;
  return `must be between /${MIN_PREFIX} and /${NODE_PREFIX}: each node takes a /${NODE_PREFIX} of it`;
}

/** Rejects bare names, which would mean a chart of a repository that is not configured. */
function validateChart({ chart, plugin }: CniArgs): ValidationIssue[] {
  if (chart === undefined || /^(oci:\/\/.|\.{0,2}\/.)/.test(chart) || chart.endsWith(".tgz")) return [];
  const problem = `must be the path of a folder or an archive, or oci://…: omit it for the published chart of ${plugin}`;
  return [{ argument: "chart", value: chart, problem }];
}

function validateNothingInstalled({ transport, chart, timeoutSeconds }: CniArgs): ValidationIssue[] {
  const given = Object.entries({ transport, chart, timeoutSeconds }).filter(([, value]) => value !== undefined);
  const problem = 'has no meaning with plugin "none", which installs nothing: leave it out, or choose a plugin';
  return given.map(([argument, value]) => ({ argument, value, problem }));
}
