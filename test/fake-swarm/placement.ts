import type { NodeDetails, ServiceSpec } from "../../engine/types.ts";

/** Returns whether Swarm may place new tasks of a service on a node now. */
export function canSchedule({ TaskTemplate }: ServiceSpec, node: NodeDetails): boolean {
  const { Constraints = [] } = TaskTemplate.Placement ?? {};
  const isFit = node.Status.State === "ready" && node.Spec.Availability === "active";
  return isFit && Constraints.every((constraint) => satisfies(node, constraint));
}

/** Returns whether existing tasks of a service may stay on a node, regardless of the node's state. */
export function isEligible({ TaskTemplate }: ServiceSpec, node: NodeDetails): boolean {
  const { Constraints = [] } = TaskTemplate.Placement ?? {};
  return node.Spec.Availability !== "drain" && Constraints.every((constraint) => satisfies(node, constraint));
}

function satisfies(node: NodeDetails, constraint: string): boolean {
  const [, key = "", operator, value] = /^(\S+?)\s*([!=]=)\s*(.+)$/.exec(constraint) ?? [];
  if (operator === undefined) throw new Error(`the fake Swarm does not implement the constraint ${constraint}`);
  return (attributeOf(node, key) === value) === (operator === "==");
}

function attributeOf({ ID, Spec, Description }: NodeDetails, key: string): string {
  if (key.startsWith("node.labels.")) return Spec.Labels?.[key.slice("node.labels.".length)] ?? "";
  if (key === "node.hostname") return Description.Hostname;
  if (key === "node.role") return Spec.Role;
  if (key === "node.id") return ID;
  throw new Error(`the fake Swarm does not implement the constraint ${key}`);
}
