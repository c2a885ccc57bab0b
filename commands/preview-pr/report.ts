import { type EngineEvent, isDefaultProvider, nameFromUrn } from "../lib/events.ts";
import { type Impact, impactsOf, SEVERITY } from "./impact.ts";
import { type Operation, type PlannedChange, shortType, typeFromUrn } from "./planned.ts";
import { maskSecrets, type PropertyChange, propertyChanges } from "./values.ts";

/** The preview of one stack as plain data: the output of `--json`. */
export interface PreviewReport {
  stack: string;
  /** Whether the preview completed. If not, `messages` contains the reason. */
  succeeded: boolean;
  /** Pulumi's count of resources by operation; unchanged ones count under `same`. */
  counts: Record<string, number>;
  /** The impacts that a reviewer should see first, the most severe first. */
  impacts: ResourceImpact[];
  /** The changes by component, in the order of the program. */
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
  /** Its name in the program; empty for resources outside of components. */
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
  /** Empty for a violation of the whole stack. */
  resource: string;
  text: string;
}

export interface Message {
  severity: string;
  text: string;
}

/** A finished preview with its events. */
export interface PreviewRun {
  stack: string;
  succeeded: boolean;
  events: readonly EngineEvent[];
  /** Values of secrets, which are masked everywhere. */
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

/** Returns the report on a preview. A pure function of its events. */
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

/** Merges the three steps of a replacement into one change. */
function plannedChanges(events: readonly EngineEvent[]): PlannedChange[] {
  const changes = new Map<string, PlannedChange>();
  for (const { resourcePreEvent } of events) {
    if (!resourcePreEvent) continue;
    const { op, urn, type, ...states } = resourcePreEvent.metadata;
    const operation = OPERATIONS[op];
    const name = nameFromUrn(urn);
    if (!operation || type === STACK_TYPE || isDefaultProvider(type, name)) continue;
    const known = changes.get(urn);
    // Some steps contain only one of the two states.
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

/** The parent of each resource, and the URNs of components. */
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

/** Groups changes by the outermost component, which the program itself declares. Omits the components themselves. */
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
  // Components of this package are called by their class names.
  const type = shortType(typeFromUrn(urn)).replace(/^swarm:/, "");
  return urn === "" ? { name: "", type: "" } : { name: nameFromUrn(urn), type };
}

/** Returns the URN of the outermost component around a resource; empty if it is in no component. */
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

/** Returns the messages without duplicates, debug output, and texts that an impact already contains. */
function messagesOf(events: readonly EngineEvent[], impacts: readonly Impact[]): Message[] {
  const messages = events.flatMap(({ diagnosticEvent: event }) => {
    if (!event || event.ephemeral || event.severity === "debug") return [];
    const text = event.message.trim();
    return text === "" || impacts.some((impact) => impact.text === text) ? [] : [{ severity: event.severity, text }];
  });
  return messages.filter((one, at) => messages.findIndex(({ text }) => text === one.text) === at);
}
