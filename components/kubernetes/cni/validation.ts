import { cidrError } from "../../../core/networks/cidr.ts";
import type { ValidationIssue } from "../../../core/input-validation-error.ts";
import { amountFindings } from "../../service/task-limits.ts";
import { type CniArgs, CNI_PLUGINS, DEFAULT_TRANSPORT } from "./args.ts";
import { CNI_CHARTS, type InstalledPlugin, NODE_PREFIX, transportsOf } from "./charts.ts";

/** The widest range that is anybody's own. */
const WIDEST = 8;

/** What is wrong with the arguments of a CNI. */
export function cniFindings(args: CniArgs): ValidationIssue[] {
  const { plugin, podCidr, timeoutSeconds } = args;
  if (!isKnown(plugin)) return [pluginFinding(plugin)];
  return [
    ...(podCidr === undefined ? [] : podCidrFindings(podCidr)),
    ...(plugin === "none" ? meaningless(args) : [...transportFindings(plugin, args), ...chartFindings(args)]),
    ...amountFindings({ timeoutSeconds }, 0),
  ];
}

function isKnown(plugin: string): plugin is InstalledPlugin | "none" {
  return (CNI_PLUGINS as readonly string[]).includes(plugin);
}

function pluginFinding(value: string): ValidationIssue {
  const argument = "plugin";
  const known = CNI_PLUGINS.map((one) => `"${one}"`).join(", ");
  if (!value.startsWith("weave")) return { argument, value, problem: `must be one of ${known}` };
  const problem =
    'Weave Net is archived and gets no fixes any more, its makers are gone: take "cilium", with transport "wireguard" ' +
    "where it was to encrypt";
  return { argument, value, problem };
}

function transportFindings(plugin: InstalledPlugin, { transport = DEFAULT_TRANSPORT }: CniArgs): ValidationIssue[] {
  const own = transportsOf(plugin);
  if (own.includes(transport)) return [];
  const others = Object.keys(CNI_CHARTS).filter((one) => transportsOf(one as InstalledPlugin).includes(transport));
  const elsewhere = others.length === 0 ? "" : `, or plugin ${others.map((one) => `"${one}"`).join(" or ")}`;
  const problem = `is none of ${plugin}'s: choose one of ${own.map((one) => `"${one}"`).join(", ")}${elsewhere}`;
  return [{ argument: "transport", value: transport, problem }];
}

function podCidrFindings(value: string): ValidationIssue[] {
  const problem = cidrError(value, "10.244.0.0/16") ?? sizeProblem(value);
  return problem === undefined ? [] : [{ argument: "podCidr", value, problem }];
}

function sizeProblem(podCidr: string): string | undefined {
  const prefix = Number(podCidr.split("/")[1]);
  if (prefix >= WIDEST && prefix <= NODE_PREFIX) return undefined;
  return `must be between /${WIDEST} and /${NODE_PREFIX}: each node takes a /${NODE_PREFIX} of it`;
}

/** What comes from a folder, an archive or a registry is told by what it begins or ends with, so a bare name is a mistake. */
function chartFindings({ chart, plugin }: CniArgs): ValidationIssue[] {
  if (chart === undefined || /^(oci:\/\/.|\.{0,2}\/.)/.test(chart) || chart.endsWith(".tgz")) return [];
  const problem = `must be a folder or an archive by its path, or oci://…; without it the published chart of ${plugin} is taken`;
  return [{ argument: "chart", value: chart, problem }];
}

function meaningless({ transport, chart, timeoutSeconds }: CniArgs): ValidationIssue[] {
  const given = Object.entries({ transport, chart, timeoutSeconds }).filter(([, value]) => value !== undefined);
  const problem = 'has no meaning with plugin "none", which installs nothing: take it away, or choose a plugin';
  return given.map(([argument, value]) => ({ argument, value, problem }));
}
