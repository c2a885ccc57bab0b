import { type EngineEvent, isDefaultProvider, nameFromUrn } from "../lib/events.ts";
import { type Impact, impactsOf, SEVERITY } from "./impact.ts";
import { type Operation, type PlannedChange, shortType, typeFromUrn } from "./planned.ts";
import { maskSecrets, type PropertyChange, propertyChanges } from "./values.ts";

/** What a preview of one stack says, as plain data: this is what `--json` prints. */
export interface PreviewReport {
  stack: string;
  /** Whether the preview came to its end. Else `messages` say why not. */
  succeeded: boolean;
  /** How many resources, by operation; those that stay as they are under `same`. Pulumi's own count. */
  counts: Record<string, number>;
  /** What somebody should know before anything else, the worst first. */
  impacts: ResourceImpact[];
  /** What changes, by component, in the order of the program. */
  components: ComponentChanges[];
  policies: Violation[];
  messages: Message[];
}

export interface ResourceImpact extends Impact {
  /** The resource's name in the program. */
  resource: string;
  type: string;
  operation: Operation;
}

export interface ComponentChanges {
  /** Its name in the program; empty for what belongs to no component. */
  name: string;
  type: string;
  changes: ResourceChange[];
}

export interface ResourceChange {
  name: string;
  type: string;
  operation: Operation;
  properties: PropertyChange[];
}

export interface Violation {
  policy: string;
  /** `mandatory` or `advisory`. */
  level: string;
  /** Empty where it is about the stack. */
  resource: string;
  text: string;
}

export interface Message {
  severity: string;
  text: string;
}

/** What was run, beside what it said. */
export interface PreviewRun {
  stack: string;
  succeeded: boolean;
  events: readonly EngineEvent[];
  /** Values of secrets: they are masked wherever they turn up. */
  secrets?: readonly string[];
}

const OPERATIONS: Readonly<Record<string, Operation>> = {
  create: "create",
  update: "update",
  delete: "delete",
  import: "import",
  replace: "replace",
  "create-replacement": "replace",
  "delete-replaced": "replace",
  "import-replacement": "replace",
};

const STACK_TYPE = "pulumi:pulumi:Stack";

/** The report of a preview. A pure function of its events. */
export function previewReport({ stack, succeeded, events: raw, secrets = [] }: PreviewRun): PreviewReport {
  const events = maskSecrets(raw, secrets);
  const planned = plannedChanges(events);
  const family = resourceTree(events);
  const impacts = planned
    .filter(({ urn }) => !family.components.has(urn))
    .flatMap(resourceImpacts)
    .toSorted((a, b) => SEVERITY.indexOf(a.kind) - SEVERITY.indexOf(b.kind));
  const summary = events.findLast(({ summaryEvent }) => summaryEvent)?.summaryEvent;
  return {
    stack,
    succeeded,
    counts: summary?.resourceChanges ?? countsOf(planned),
    impacts,
    components: groupByComponent(planned, family),
    policies: events.flatMap(violations),
    messages: messagesOf(events, impacts),
  };
}

function resourceImpacts(change: PlannedChange): ResourceImpact[] {
  const { name: resource, type, operation } = change;
  return impactsOf(change).map((impact) => ({ ...impact, resource, type: shortType(type), operation }));
}

/** The steps of a replacement, and there are three, are one change. */
function plannedChanges(events: readonly EngineEvent[]): PlannedChange[] {
  const changes = new Map<string, PlannedChange>();
  for (const { resourcePreEvent } of events) {
    if (!resourcePreEvent) continue;
    const { op, urn, type, ...states } = resourcePreEvent.metadata;
    const operation = OPERATIONS[op];
    const name = nameFromUrn(urn);
    if (!operation || type === STACK_TYPE || isDefaultProvider(type, name)) continue;
    const known = changes.get(urn);
    // Not every step tells of both states.
    const before = known && op === "create-replacement" ? known.before : states.old?.inputs;
    const after = known && op === "delete-replaced" ? known.after : states.new?.inputs;
    changes.set(urn, { urn, name, type, operation, before: before ?? {}, after: after ?? {} });
  }
  return [...changes.values()];
}

function countsOf(planned: readonly PlannedChange[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { operation } of planned) counts[operation] = (counts[operation] ?? 0) + 1;
  return counts;
}

/** Parents of all resources, and which of these are components. */
interface ResourceTree {
  parents: ReadonlyMap<string, string>;
  components: ReadonlySet<string>;
}

function resourceTree(events: readonly EngineEvent[]): ResourceTree {
  const parents = new Map<string, string>();
  const components = new Set<string>();
  for (const { resourcePreEvent } of events) {
    if (!resourcePreEvent) continue;
    const { urn, type, new: after, old: before } = resourcePreEvent.metadata;
    const state = after ?? before;
    parents.set(urn, state?.parent ?? "");
    if (!state?.custom && type !== STACK_TYPE) components.add(urn);
  }
  return { parents, components };
}

/** Grouped by the outermost component: what a program declares by itself. A component changes by what it is made of. */
function groupByComponent(planned: readonly PlannedChange[], family: ResourceTree): ComponentChanges[] {
  const groups = new Map<string, ComponentChanges>();
  for (const { urn, name, type, operation, before, after } of planned) {
    if (family.components.has(urn)) continue;
    const top = outermostComponent(urn, family);
    const group = groups.get(top) ?? { ...componentTitle(top), changes: [] };
    groups.set(top, group);
    const properties = ["update", "replace"].includes(operation) ? propertyChanges(before, after) : [];
    group.changes.push({ name, type: shortType(type), operation, properties });
  }
  return [...groups.values()];
}

function componentTitle(urn: string): Pick<ComponentChanges, "name" | "type"> {
  // Components of this package go by their class names.
  const type = shortType(typeFromUrn(urn)).replace(/^swarm:/, "");
  return urn === "" ? { name: "", type: "" } : { name: nameFromUrn(urn), type };
}

/** The URN of the outermost component around a resource; empty where there is none. */
function outermostComponent(urn: string, family: ResourceTree, found = ""): string {
  const parent = family.parents.get(urn);
  if (parent === undefined || parent === "") return found;
  return outermostComponent(parent, family, family.components.has(parent) ? parent : found);
}

function violations({ policyEvent: event }: EngineEvent): Violation[] {
  if (!event) return [];
  const { policyName: policy, enforcementLevel: level, resourceUrn = "", message } = event;
  return [{ policy, level, resource: nameFromUrn(resourceUrn), text: message.trim() }];
}

/** What was said, but for what is only of use to who looks for a fault in Pulumi, and what the effects say already. */
function messagesOf(events: readonly EngineEvent[], impacts: readonly Impact[]): Message[] {
  const said = events.flatMap(({ diagnosticEvent: event }) => {
    if (!event || event.ephemeral || event.severity === "debug") return [];
    const text = event.message.trim();
    return text === "" || impacts.some((impact) => impact.text === text) ? [] : [{ severity: event.severity, text }];
  });
  return said.filter((one, at) => said.findIndex(({ text }) => text === one.text) === at);
}
