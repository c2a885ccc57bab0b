import type { EngineInfo, NodeAvailability, NodeDetails, NodeRole } from "../../engine/types.ts";
import type { RecordedMember } from "../lib/recorded-stack.ts";

/** What the engine of a host said, or why it said nothing. */
export interface HostSnapshot {
  member: RecordedMember;
  info?: EngineInfo;
  error?: string;
}

/** A host as its engine and the Swarm know it. */
export interface HostReport {
  key: string;
  /** Absent when neither its engine nor the Swarm tells it. */
  hostname?: string;
  role: NodeRole;
  /** Whether it leads the managers. */
  leader: boolean;
  /** Its node's state, as the managers see it; `unknown` when none of them answers. */
  state: string;
  availability?: NodeAvailability;
  engineVersion?: string;
  /** Where its engine is asked. */
  engine: string;
  /** Whether the engine answers from here. */
  reachable: boolean;
  /** Why it does not. */
  error?: string;
}

/** @param nodes what a manager says of them; nothing where none answers */
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

/** What is wrong with a host, one line each. */
export function hostProblems({ key, state, error }: HostReport): string[] {
  return [
    ...(error === undefined ? [] : [`host ${key}: ${error}`]),
    ...(["ready", "unknown"].includes(state) ? [] : [`host ${key}: its node is ${state}`]),
  ];
}
