import type { Engine } from "../../engine/engine.ts";
import type { NodeAvailability, NodeSpec } from "../../engine/types.ts";
import { updateNodeSpec, waitForDrained } from "../../provider/swarm/node-operations.ts";

/**
 * While a node is out of service, it carries what its availability was before: whatever ends this process, the next one
 * knows what to put back.
 */
export const PREVIOUS_AVAILABILITY_LABEL = "pulumi-swarm.upgrade.availability";

/** How long the tasks of a node may take to end, in seconds. */
const DRAIN_SECONDS = 180;

/** Moves a node's tasks away, and waits until none runs there. Those of global services end. */
export async function drainNode(manager: Engine, nodeId: string): Promise<void> {
  await updateNodeSpec(manager, nodeId, drainedSpec);
  await waitForDrained(async () => manager, nodeId, DRAIN_SECONDS);
}

/** Has a node be what it was before it was taken out. */
export function restoreAvailability(manager: Engine, nodeId: string): Promise<void> {
  return updateNodeSpec(manager, nodeId, restoredSpec);
}

export function drainedSpec(spec: NodeSpec): NodeSpec {
  const { [PREVIOUS_AVAILABILITY_LABEL]: former = spec.Availability, ...labels } = spec.Labels ?? {};
  return { ...spec, Availability: "drain", Labels: { ...labels, [PREVIOUS_AVAILABILITY_LABEL]: former } };
}

/** Leaves alone an availability that somebody has set meanwhile. */
export function restoredSpec(spec: NodeSpec): NodeSpec {
  const { [PREVIOUS_AVAILABILITY_LABEL]: former, ...Labels } = spec.Labels ?? {};
  if (former === undefined) return spec;
  return {
    ...spec,
    Availability: spec.Availability === "drain" ? (former as NodeAvailability) : spec.Availability,
    Labels,
  };
}
