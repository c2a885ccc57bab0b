import type { EngineConnection } from "../../engine/engine-connection.ts";
import type { NodeRole } from "../../engine/types.ts";
import type { ClusterState } from "../../provider/swarm/cluster-inputs.ts";
import type { NodeEngines } from "../../provider/service/task-exec.ts";
import type { ServiceInputs } from "../../provider/service/service-inputs.ts";
import { mountedVolumes } from "../../provider/state/kept-volumes.ts";
import { readPulumiOutput, readPulumiSecrets, type Session } from "./pulumi.ts";

/** A member of a Swarm, from the stack's state. */
export interface RecordedMember {
  /** The host's key. */
  key: string;
  urn: string;
  nodeId: string;
  role: NodeRole;
  connection: EngineConnection;
  advertiseAddress: string;
  dataPathAddress?: string;
}

/** A Swarm, from the stack's state. */
export interface RecordedSwarm {
  swarmId: string;
  /** Secret. Empty without autolock. */
  unlockKey: string;
  members: RecordedMember[];
}

/** A service with tasks that depend on each other, such as a store, from the stack's state. */
export interface RecordedService {
  id: string;
  swarmId: string;
  /** Its name in the Swarm. */
  name: string;
  /** How many members it has. */
  tasks: number;
  nodes: NodeEngines;
  /** Checks whether one member may stop; absent if the application needs all of them. */
  maintenanceCommand?: string[];
  /** How long a member must have been ready after its start, in seconds. */
  minReadySeconds?: number;
}

/** Any service, from the stack's state. */
export interface NamedService {
  id: string;
  swarmId: string;
  /** Its name in the Swarm. */
  name: string;
  /** Names of the Docker volumes that its tasks mount, on each host that runs one. */
  volumes: string[];
}

/** All Swarms of a stack, and their services with dependent tasks. */
export interface RecordedSwarms {
  swarms: RecordedSwarm[];
  services: RecordedService[];
}

/** The fields of `pulumi stack export --show-secrets` that are used here. */
export interface ExportedStack {
  deployment: { resources?: ExportedResource[] };
}

interface ExportedResource {
  urn: string;
  type: string;
  id?: string;
  delete?: boolean;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

const KIND = "swarm:index:";

/** Reads the Swarm of the host with that key from the stack's state. Secrets stay in this process. */
export async function readRecordedSwarm(session: Session, hostKey: string): Promise<RecordedSwarm> {
  return recordedSwarm(await exportedStack(session), hostKey);
}

/** Reads the members of all Swarms from the stack's state. Secrets stay in this process. */
export async function readRecordedMembers(session: Session): Promise<(RecordedMember & { swarmId: string })[]> {
  return recordedMembers(await exportedStack(session));
}

/** Reads all Swarms from the stack's state. Secrets stay in this process. */
export async function readRecordedSwarms(session: Session): Promise<RecordedSwarms> {
  return recordedSwarms(await exportedStack(session));
}

/** Exports the stack with its secrets, which stay in this process. */
export async function exportedStack(session: Session): Promise<ExportedStack> {
  const exported = await readPulumiSecrets(session, ["stack", "export", "--show-secrets", "--stack", session.stack]);
  return JSON.parse(exported) as ExportedStack;
}

/** Returns the stack's outputs as plain values; empty if it has none. */
export function recordedOutputs({ deployment }: ExportedStack): Record<string, unknown> {
  const stack = (deployment.resources ?? []).find(({ type }) => type === "pulumi:pulumi:Stack");
  return (decryptSecrets(stack?.outputs) ?? {}) as Record<string, unknown>;
}

/** Refreshes members in the stack's state, so that those that have left the Swarm join again with the next `up`. */
export async function refreshMembers(session: Session, members: readonly RecordedMember[]): Promise<void> {
  if (members.length === 0) return;
  const targets = members.flatMap(({ urn }) => ["--target", urn]);
  await readPulumiOutput(session, ["refresh", "--yes", "--skip-preview", "--non-interactive", ...targets]);
}

/** Returns the Swarm of the host with that key. */
export function recordedSwarm(exported: ExportedStack, hostKey: string): RecordedSwarm {
  const members = recordedMembers(exported);
  const [chosen, another] = members.filter(({ key }) => key === hostKey);
  if (!chosen) {
    const keys = members.map(({ key }) => key).join(", ");
    throw new Error(
      `host "${hostKey}": is not in the stack's Swarm; ${keys ? `choose one of ${keys}` : "it has none"}`,
    );
  }
  if (another) throw new Error(`host "${hostKey}": is in two Swarms of this stack: give each host a unique key`);
  return toRecordedSwarm(exported, chosen.swarmId, members);
}

/** Returns all Swarms of a stack, and the services with tasks that depend on each other. */
export function recordedSwarms(exported: ExportedStack): RecordedSwarms {
  const members = recordedMembers(exported);
  const ids = new Set(members.map(({ swarmId }) => swarmId));
  const services = resourcesOfKind(exported, "Service").flatMap(({ id = "", outputs = {} }) => {
    const service = decryptSecrets(outputs) as ServiceInputs;
    const { swarmId, nodes, spec, tasks, maintenanceCommand, minReadySeconds, restartTogether } = service;
    const recorded = { id, swarmId, nodes, name: spec.Name, tasks, maintenanceCommand, minReadySeconds };
    return restartTogether.length === 0 ? [] : [recorded];
  });
  return { swarms: [...ids].map((id) => toRecordedSwarm(exported, id, members)), services };
}

/** Returns the Swarms that a stack created, and would destroy. */
export function createdSwarms(exported: ExportedStack): (ClusterState & { id: string })[] {
  const clusters = resourcesOfKind(exported, "Cluster").map(({ id = "", outputs = {} }) => {
    return { ...(decryptSecrets(outputs) as ClusterState), id };
  });
  return clusters.filter(({ ownsSwarm }) => ownsSwarm);
}

/** Returns all services of a stack, sorted by name. */
export function recordedServices(exported: ExportedStack): NamedService[] {
  const services = resourcesOfKind(exported, "Service").map(({ id = "", outputs = {} }) => {
    const { swarmId, spec } = decryptSecrets(outputs) as ServiceInputs;
    return { id, swarmId, name: spec.Name, volumes: mountedVolumes(spec) };
  });
  return services.sort((a, b) => a.name.localeCompare(b.name));
}

function toRecordedSwarm(
  exported: ExportedStack,
  swarmId: string,
  members: ReturnType<typeof recordedMembers>,
): RecordedSwarm {
  const cluster = resourcesOfKind(exported, "Cluster").find(({ id }) => id === swarmId);
  return {
    swarmId,
    unlockKey: (decryptSecrets(cluster?.outputs?.["unlockKey"]) as string | undefined) ?? "",
    members: members.filter((member) => member.swarmId === swarmId),
  };
}

/** Returns the members of all Swarms of a stack, sorted by key. */
export function recordedMembers(exported: ExportedStack): (RecordedMember & { swarmId: string })[] {
  return resourcesOfKind(exported, "Member")
    .map(toRecordedMember)
    .sort((a, b) => a.key.localeCompare(b.key));
}

function resourcesOfKind({ deployment }: ExportedStack, kind: string): ExportedResource[] {
  return (deployment.resources ?? []).filter(({ type, delete: isLeaving }) => type === KIND + kind && !isLeaving);
}

function toRecordedMember({ urn, id = "", inputs, outputs }: ExportedResource): RecordedMember & { swarmId: string } {
  // Inputs that only the program changes are not repeated in the outputs.
  const { swarmId, hostKey, ...member } = decryptSecrets({ ...inputs, ...outputs }) as {
    swarmId: string;
    hostKey?: string;
  } & RecordedMember;
  // A state of an earlier release has the key only in the resource's name.
  const key = hostKey ?? /::[^:]*?-member-([^:]+)$/.exec(urn)?.[1] ?? "";
  const { role, connection, advertiseAddress, dataPathAddress } = member;
  return { key, urn, nodeId: id, role, connection, advertiseAddress, dataPathAddress, swarmId };
}

/** The key that marks a secret in an exported stack, next to its value as JSON. */
const SECRET_SIGNATURE = "4dabf18193072939515e22adb298388d";

/** Returns a value of an exported stack with its secrets in plain text. */
export function decryptSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decryptSecrets);
  if (typeof value !== "object" || value === null) return value;
  const fields = value as Record<string, unknown>;
  if (SECRET_SIGNATURE in fields) return decryptSecrets(JSON.parse(String(fields["plaintext"])));
  return Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, decryptSecrets(field)]));
}
