import type { EngineInfo, NodeAvailability, NodeDetails, NodeRole } from "../../engine/types.ts";
import type { RecordedMember } from "../lib/recorded-stack.ts";

/** Facts of a host's engine, or the reason why it does not answer. */
export interface HostSnapshot {
  member: RecordedMember;
  info?: EngineInfo;
  error?: string;
}

/** A host, as its engine and the Swarm report it. */
export interface HostReport {
  key: string;
  /** Absent if neither its engine nor a manager is reachable. */
  hostname?: string;
  role: NodeRole;
  /** Whether it is the leader of the managers. */
  leader: boolean;
  /** The state of its node; `unknown` if no manager is reachable. */
  state: string;
  availability?: NodeAvailability;
  engineVersion?: string;
  /** The address of its engine. */
  engine: string;
  /** Whether its engine answers. */
  reachable: boolean;
  /** Why its engine does not answer. */
  error?: string;
}

/** @param nodes the nodes of the Swarm; undefined if no manager is reachable */
export function hostReport({ member, info, error }: HostSnapshot, nodes?: readonly NodeDetails[]): HostReport {
  const node = nodes?.find(({ ID }) => ID === member.nodeId);
  return {
    key: member.key,
    hostname: node?.Description.Hostname ?? info?.Name,
    role: node?.Spec.Role ?? member.role,
    leader: node?.ManagerStatus?.Leader ?? false,
    state: nodes ? (node?.Status.State ?? "not in the Swarm") : "unknown",
    availability: node?.Spec.Availability,
    engineVersion: info?.ServerVersion ?? node?.Description.Engine.EngineVersion,
    engine: member.connection.host,
    reachable: info !== undefined,
    ...(error !== undefined && { error }),
  };
}

/** Returns the problems of a host, one line each. */
export function hostProblems({ key, state, error }: HostReport): string[] {
  return [
    ...(error === undefined ? [] : [`host ${key}: ${error}`]),
    ...(["ready", "unknown"].includes(state) ? [] : [`host ${key}: its node is ${state}`]),
  ];
}
