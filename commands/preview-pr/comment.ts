import { alert, code, codeBlock, details, htmlText, plainText } from "./markdown.ts";
import type { ComponentChanges, Message, PreviewReport, ResourceChange, ResourceImpact, Violation } from "./report.ts";
import type { PropertyChange } from "./values.ts";

/** The comment's first line: identifies it, so that each pull request has only one. */
export const MARKER = "<!-- pulumi-swarm:preview -->";
/** GitHub's limit for a comment, in characters. */
export const MAX_COMMENT = 65_536;

/** How much detail a comment shows. */
interface DetailLevel {
  /** Shows changed properties with their values, only their names, or neither. */
  properties: "values" | "names" | "none";
  /** Whether each resource gets a line, or only each component. */
  resources: boolean;
  messages: boolean;
  /** The most lines in each alert box. */
  maxImpacts: number;
  /** Note on the omitted details. */
  omitted?: string;
}

/** From the most to the least detail; the first level that fits the limit is used. */
const DETAIL_LEVELS: readonly DetailLevel[] = [
  { properties: "values", resources: true, messages: true, maxImpacts: Infinity },
  { properties: "names", resources: true, messages: true, maxImpacts: Infinity, omitted: "the values of properties" },
  { properties: "none", resources: true, messages: true, maxImpacts: Infinity, omitted: "properties" },
  {
    properties: "none",
    resources: true,
    messages: false,
    maxImpacts: Infinity,
    omitted: "properties and messages",
  },
  {
    properties: "none",
    resources: false,
    messages: false,
    maxImpacts: Infinity,
    omitted: "individual resources and messages",
  },
  ...[100, 20, 5].map((maxImpacts) => ({
    ...({ properties: "none", resources: false, messages: false, maxImpacts } as const),
    omitted: `individual resources, messages, and all but the first ${maxImpacts} of each list of warnings`,
  })),
];

/** Returns one comment on the previews of one or more stacks, within GitHub's limit. A pure function of the reports. */
export function previewComment(reports: readonly PreviewReport[], limit = MAX_COMMENT): string {
  for (const extent of DETAIL_LEVELS) {
    const text = renderComment(reports, extent);
    if (text.length <= limit) return text;
  }
  const note = "\n\n**Truncated: a comment cannot hold more. The job's log has the rest.**\n";
  const [shortest = ""] = DETAIL_LEVELS.slice(-1).map((extent) => renderComment(reports, extent));
  const lines = shortest.slice(0, limit - note.length).split("\n");
  return lines.slice(0, -1).join("\n") + note;
}

function renderComment(reports: readonly PreviewReport[], extent: DetailLevel): string {
  const { omitted } = extent;
  const note =
    omitted === undefined
      ? []
      : [
          `**Shortened to the ${MAX_COMMENT} characters that a comment can hold, without ${omitted}.** The job's log has the rest.`,
        ];
  return [MARKER, heading(reports), ...note, ...reports.map((report) => section(report, extent))].join("\n\n") + "\n";
}

const COLUMNS = ["create", "update", "replace", "delete", "same"] as const;

function heading(reports: readonly PreviewReport[]): string {
  const title = reports.length === 1 ? "Preview of one environment" : `Preview of ${reports.length} environments`;
  const rows = reports.map(({ stack, succeeded, counts, impacts }) => {
    const cells = COLUMNS.map((column) => String(counts[column] ?? 0));
    return `| ${[code(stack), ...cells, succeeded ? worstImpact(impacts) : "**the preview failed**"].join(" | ")} |`;
  });
  return [
    `## ${title}`,
    "",
    "| environment | to create | to update | to replace | to delete | unchanged | |",
    "| --- | ---: | ---: | ---: | ---: | ---: | --- |",
    ...rows,
  ].join("\n");
}

const IMPACT_LABELS: Readonly<Record<ResourceImpact["kind"], string>> = {
  data: "**data loss**",
  outage: "**an outage**",
  access: "**access changes**",
  change: "something is deleted or replaced",
  rolling: "tasks restart one by one",
};

function worstImpact([first]: readonly ResourceImpact[]): string {
  return first ? IMPACT_LABELS[first.kind] : "";
}

function section(report: PreviewReport, extent: DetailLevel): string {
  const { stack, succeeded, impacts, components, policies, messages } = report;
  const isUnchanged = succeeded && components.length === 0;
  const parts = [
    succeeded ? "" : failure(messages),
    isUnchanged ? "Nothing changes." : "",
    ...alertBoxes(impacts, policies, extent),
    ...components.map((component) => componentPart(component, extent)),
    extent.messages ? messagesSection(messages, succeeded) : "",
  ];
  return [`### ${code(stack)}`, ...parts.filter((part) => part !== "")].join("\n\n");
}

function failure(messages: readonly Message[]): string {
  const errors = messages.filter(({ severity }) => severity === "error").map(({ text }) => text);
  const shown = errors.join("\n").slice(0, 4_000);
  return `**The preview failed.** The list below may be incomplete.\n\n${codeBlock(shown || "There is no further output: read the job's log.")}`;
}

/** Returns a box for each kind of impact, the most severe first. */
function alertBoxes(
  impacts: readonly ResourceImpact[],
  policies: readonly Violation[],
  { maxImpacts }: DetailLevel,
): string[] {
  const kinds: { box: Parameters<typeof alert>[0]; kinds: ResourceImpact["kind"][]; title: string }[] = [
    { box: "CAUTION", kinds: ["data"], title: "Data loss" },
    { box: "WARNING", kinds: ["outage"], title: "Outage" },
    { box: "WARNING", kinds: ["access", "change"], title: "Review these" },
    { box: "NOTE", kinds: ["rolling"], title: "Without an outage" },
  ];
  const impactBoxes = kinds.map(({ box, kinds: of, title }) => {
    const lines = impacts.filter(({ kind }) => of.includes(kind)).map(impactLine);
    return lines.length === 0 ? "" : alert(box, [`**${title}**`, ...truncateList(lines, maxImpacts)]);
  });
  const lines = policies.map(
    ({ policy, level, resource, text }) =>
      `policy ${code(policy)} (${plainText(level)})${resource === "" ? "" : ` on ${code(resource)}`}: ${plainText(text)}`,
  );
  const isBroken = policies.some(({ level }) => level === "mandatory");
  const ofPolicies =
    lines.length === 0
      ? ""
      : alert(isBroken ? "CAUTION" : "WARNING", ["**Policies**", ...truncateList(lines, maxImpacts)]);
  return [...impactBoxes.slice(0, 1), ofPolicies, ...impactBoxes.slice(1)].filter((box) => box !== "");
}

function impactLine({ resource, type, operation, text }: ResourceImpact): string {
  return `${code(resource)} (${plainText(type)}, ${operation}): ${plainText(text)}`;
}

function truncateList(lines: readonly string[], most: number): string[] {
  const rest = lines.length - most;
  return rest > 0 ? [...lines.slice(0, most), `… and ${rest} more`] : [...lines];
}

function componentPart({ name, type, changes }: ComponentChanges, { resources, properties }: DetailLevel): string {
  const counts = new Map<string, number>();
  for (const { operation } of changes) counts.set(operation, (counts.get(operation) ?? 0) + 1);
  const what = [...counts].map(([operation, count]) => `${count} to ${operation}`).join(", ");
  const title = name === "" ? "Outside of components" : `${type} ${name}`;
  if (!resources) return `- <b>${plainText(title)}</b>: ${what}`;
  const rows = changes.map(
    (change) =>
      `| ${change.operation} | ${code(change.name)} | ${plainText(change.type)} | ${propertyCell(change, properties)} |`,
  );
  // GitHub does not render Markdown inside a <summary> tag.
  return details(
    `<b>${htmlText(title)}</b>: ${what}`,
    ["| | resource | type | changes |", "| --- | --- | --- | --- |", ...rows].join("\n"),
  );
}

/** The most properties that are listed for one resource. */
const MAX_PROPERTIES = 20;

function propertyCell({ properties }: ResourceChange, extent: DetailLevel["properties"]): string {
  if (extent === "none") return "";
  const line = (property: PropertyChange) => (extent === "names" ? code(property.path) : propertyLine(property));
  return truncateList(properties.map(line), MAX_PROPERTIES).join("<br>");
}

function propertyLine({ path, before, after }: PropertyChange): string {
  if (before === undefined && after === undefined) return code(path);
  if (before === undefined) return `${code(path)}: new ${code(after ?? "")}`;
  return after === undefined
    ? `${code(path)}: removed (was ${code(before)})`
    : `${code(path)}: ${code(before)} → ${code(after)}`;
}

/** The most characters of messages that are shown. */
const MAX_MESSAGES = 8_000;

function messagesSection(messages: readonly Message[], succeeded: boolean): string {
  const shown = messages.filter(({ severity }) => succeeded || severity !== "error");
  if (shown.length === 0) return "";
  const text = shown
    .map((message) => `${message.severity.startsWith("info") ? "" : `${message.severity}: `}${message.text}`)
    .join("\n");
  const isLong = text.length > MAX_MESSAGES;
  const body = isLong
    ? `${text.slice(0, MAX_MESSAGES)}\n… ${text.length - MAX_MESSAGES} more characters in the job's log`
    : text;
  const warnings = shown.filter(({ severity }) => severity === "warning").length;
  return details(
    `Messages${warnings > 0 ? ` (${warnings} ${warnings === 1 ? "warning" : "warnings"})` : ""}`,
    codeBlock(body),
  );
}
