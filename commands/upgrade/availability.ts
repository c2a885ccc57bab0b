import type { Engine } from "../../engine/engine.ts";
import type { NodeAvailability, NodeSpec } from "../../engine/types.ts";
import { updateNodeSpec, waitForDrained } from "../../provider/swarm/node-operations.ts";

/**
 * While a node is out of service, it carries what its availability was before: whatever ends this process, the next one
 * knows what to put back.
 */
export const FORMER_LABEL = "pulumi-swarm.upgrade.availability";

/** How long the tasks of a node may take to end, in seconds. */
const DRAIN_SECONDS = 180;

/** Moves a node's tasks away, and waits until none runs there. Those of global services end. */
export async function takeOut(manager: Engine, nodeId: string): Promise<void> {
  await updateNodeSpec(manager, nodeId, outOfService);
  await waitForDrained(async () => manager, nodeId, DRAIN_SECONDS);
}

/** Has a node be what it was before it was taken out. */
export function putBack(manager: Engine, nodeId: string): Promise<void> {
  return updateNodeSpec(manager, nodeId, backInService);
}

export function outOfService(spec: NodeSpec): NodeSpec {
  const { [FORMER_LABEL]: former = spec.Availability, ...labels } = spec.Labels ?? {};
  return { ...spec, Availability: "drain", Labels: { ...labels, [FORMER_LABEL]: former } };
}

/** Leaves alone an availability that somebody has set meanwhile. */
export function backInService(spec: NodeSpec): NodeSpec {
  const { [FORMER_LABEL]: former, ...Labels } = spec.Labels ?? {};
  if (former === undefined) return spec;
  return {
    ...spec,
    Availability: spec.Availability === "drain" ? (former as NodeAvailability) : spec.Availability,
    Labels,
  };
}
