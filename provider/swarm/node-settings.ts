import { undefinedIfNotFound } from "../../engine/engine.ts";
import type { NodeAvailability, NodeSpec } from "../../engine/types.ts";
import { updateNodeSpec } from "./node-operations.ts";
import { optionalManagerFinder, type SwarmManagers, withManager } from "./with-manager.ts";

/** The labels and the availability that one resource manages on a node. The node keeps its other labels. */
export interface NodeSettings {
  /** @default - none */
  labels?: Record<string, string>;
  /** @default - unchanged */
  availability?: NodeAvailability;
}

/** Returns a node's spec with these settings, and without labels that the resource managed before. */
export function withSettings(
  spec: NodeSpec,
  { labels, availability }: NodeSettings,
  previousLabels: NodeSettings["labels"],
): NodeSpec {
  const rest = withoutLabels(spec, previousLabels);
  return { ...rest, Labels: { ...rest.Labels, ...labels }, Availability: availability ?? spec.Availability };
}

/** Returns the live values of the recorded settings. A label that is gone is left out. */
export function liveSettings(spec: NodeSpec, { labels, availability }: NodeSettings): NodeSettings {
  const kept = Object.keys(labels ?? {}).filter((key) => spec.Labels?.[key] !== undefined);
  return {
    ...(labels !== undefined && { labels: Object.fromEntries(kept.map((key) => [key, spec.Labels?.[key] ?? ""])) }),
    ...(availability !== undefined && { availability: spec.Availability }),
  };
}

/** Removes labels from a node, unless the node or the Swarm is gone. */
export async function removeLabels(
  swarm: SwarmManagers,
  nodeId: string,
  labels: NodeSettings["labels"],
): Promise<void> {
  if (Object.keys(labels ?? {}).length === 0) return;
  await withManager(`node ${nodeId}`, optionalManagerFinder(swarm), async (manager) => {
    if (!manager || !(await undefinedIfNotFound(manager.inspectNode(nodeId)))) return;
    await updateNodeSpec(manager, nodeId, (spec) => withoutLabels(spec, labels));
  });
}

function withoutLabels(spec: NodeSpec, labels: NodeSettings["labels"] = {}): NodeSpec {
  const kept = Object.entries(spec.Labels ?? {}).filter(([key]) => !(key in labels));
  return { ...spec, Labels: Object.fromEntries(kept) };
}
