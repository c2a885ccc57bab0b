import type { Engine } from "../../engine/engine.ts";
import type { NodeAvailability, NodeSpec } from "../../engine/types.ts";
import { updateNodeSpec, waitForDrained } from "../../provider/swarm/node-operations.ts";

/**
 * The label with a drained node's previous availability. If this process is killed, the next run can restore it.
 */
export const PREVIOUS_AVAILABILITY_LABEL = "pulumi-swarm.upgrade.availability";

/** How long the tasks of a node may take to stop, in seconds. */
const DRAIN_SECONDS = 180;

/** Drains a node and waits until no task runs on it. */
export async function drainNode(manager: Engine, nodeId: string): Promise<void> {
  await updateNodeSpec(manager, nodeId, drainedSpec);
  await waitForDrained(async () => manager, nodeId, DRAIN_SECONDS);
}

/** Restores the availability of a node before it was drained. */
export function restoreAvailability(manager: Engine, nodeId: string): Promise<void> {
  return updateNodeSpec(manager, nodeId, restoredSpec);
}

export function drainedSpec(spec: NodeSpec): NodeSpec {
  const { [PREVIOUS_AVAILABILITY_LABEL]: previous = spec.Availability, ...labels } = spec.Labels ?? {};
  return { ...spec, Availability: "drain", Labels: { ...labels, [PREVIOUS_AVAILABILITY_LABEL]: previous } };
}

/** Keeps an availability that was set by someone else in the meantime. */
export function restoredSpec(spec: NodeSpec): NodeSpec {
  const { [PREVIOUS_AVAILABILITY_LABEL]: previous, ...Labels } = spec.Labels ?? {};
  if (previous === undefined) return spec;
  return {
    ...spec,
    Availability: spec.Availability === "drain" ? (previous as NodeAvailability) : spec.Availability,
    Labels,
  };
}
