import type { EngineConnection } from "../../engine/engine-connection.ts";
import type { NodeRole } from "../../engine/types.ts";
import type { ClusterState } from "../../provider/swarm/cluster-inputs.ts";
import type { NodeEngines } from "../../provider/service/task-exec.ts";
import type { ServiceInputs } from "../../provider/service/service-inputs.ts";
import { readPulumiOutput, readPulumiSecrets, type Session } from "./pulumi.ts";

/** A host's membership as the stack's state has it. */
export interface RecordedMember {
  /** The host's key. */
  key: string;
  urn: string;
  nodeId: string;
  role: NodeRole;
  connection: EngineConnection;
  advertiseAddress: string;
  listenAddress: string;
}

/** A Swarm as the stack's state has it. */
export interface RecordedSwarm {
  swarmId: string;
  /** Empty unless managers lock themselves. Secret. */
  unlockKey: string;
  members: RecordedMember[];
}

/** A service whose members make up one application, such as a store, as the stack's state has it. */
export interface RecordedService {
  id: string;
  swarmId: string;
  /** Its name in the Swarm. */
  name: string;
  /** How many members it has. */
  tasks: number;
  nodes: NodeEngines;
  /** Says whether one member may go; absent where the application cannot do without any. */
  maintenanceCommand?: string[];
  /** How long members that have just started must say so, in seconds. */
  minReadySeconds?: number;
}

/** Any service as the stack's state has it. */
export interface NamedService {
  id: string;
  swarmId: string;
  /** Its name in the Swarm. */
  name: string;
  /** Names of the Docker volumes that its tasks mount, on each host that runs one. */
  volumes: string[];
}

/** All Swarms of a stack, and the applications in them. */
export interface RecordedSwarms {
  swarms: RecordedSwarm[];
  services: RecordedService[];
}

/** A stack as `pulumi stack export --show-secrets` prints it, as far as it is used here. */
export interface ExportedStack {
  deployment: { resources?: ExportedResource[] };
}

interface ExportedResource {
  urn: string;
  type: string;
  id?: string;
  delete?: boolean;
  outputs?: Record<string, unknown>;
}

const KIND = "swarm:index:";

/** The Swarm of a stack that has a host of that key, from the stack's state. What is secret stays in this process. */
export async function readRecordedSwarm(session: Session, hostKey: string): Promise<RecordedSwarm> {
  return recordedSwarm(await exportedStack(session), hostKey);
}

/** The hosts of all Swarms of a stack, from the stack's state. What is secret stays in this process. */
export async function readRecordedMembers(session: Session): Promise<(RecordedMember & { swarmId: string })[]> {
  return recordedMembers(await exportedStack(session));
}

/** All Swarms of a stack, from its state. What is secret stays in this process. */
export async function readRecordedSwarms(session: Session): Promise<RecordedSwarms> {
  return recordedSwarms(await exportedStack(session));
}

/** The stack with all that its state holds. What is secret stays in this process. */
export async function exportedStack(session: Session): Promise<ExportedStack> {
  const exported = await readPulumiSecrets(session, ["stack", "export", "--show-secrets", "--stack", session.stack]);
  return JSON.parse(exported) as ExportedStack;
}

/** The stack's outputs as plain values; empty where it has none. */
export function recordedOutputs({ deployment }: ExportedStack): Record<string, unknown> {
  const stack = (deployment.resources ?? []).find(({ type }) => type === "pulumi:pulumi:Stack");
  return (decryptSecrets(stack?.outputs) ?? {}) as Record<string, unknown>;
}

/** Has Pulumi look whether members are still in the Swarm, so that the next `up` has those join that are not. */
export async function refreshMembers(session: Session, members: readonly RecordedMember[]): Promise<void> {
  if (members.length === 0) return;
  const targets = members.flatMap(({ urn }) => ["--target", urn]);
  await readPulumiOutput(session, ["refresh", "--yes", "--skip-preview", "--non-interactive", ...targets]);
}

/** The Swarm of a stack that has a host of that key. */
export function recordedSwarm(exported: ExportedStack, hostKey: string): RecordedSwarm {
  const members = recordedMembers(exported);
  const [chosen, another] = members.filter(({ key }) => key === hostKey);
  if (!chosen) {
    const keys = members.map(({ key }) => key).join(", ");
    throw new Error(
      `host "${hostKey}": is not in the stack's Swarm; ${keys ? `choose one of ${keys}` : "it has none"}`,
    );
  }
  if (another) throw new Error(`host "${hostKey}": is in two Swarms of this stack: give its hosts keys of their own`);
  return toRecordedSwarm(exported, chosen.swarmId, members);
}

/** All Swarms of a stack, and the services whose members depend on each other. */
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

/** The Swarms that a stack created, and would end. */
export function createdSwarms(exported: ExportedStack): (ClusterState & { id: string })[] {
  const clusters = resourcesOfKind(exported, "Cluster").map(({ id = "", outputs = {} }) => {
    return { ...(decryptSecrets(outputs) as ClusterState), id };
  });
  return clusters.filter(({ ownsSwarm }) => ownsSwarm);
}

/** All services of a stack, by name. */
export function recordedServices(exported: ExportedStack): NamedService[] {
  const services = resourcesOfKind(exported, "Service").map(({ id = "", outputs = {} }) => {
    const { swarmId, spec } = decryptSecrets(outputs) as ServiceInputs;
    const volumes = (spec.TaskTemplate.ContainerSpec.Mounts ?? []).flatMap(({ Type, Source }) =>
      Type === "volume" && Source ? [Source] : [],
    );
    return { id, swarmId, name: spec.Name, volumes };
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

/** The hosts of all Swarms of a stack, in the order of their keys. */
export function recordedMembers(exported: ExportedStack): (RecordedMember & { swarmId: string })[] {
  return resourcesOfKind(exported, "Member")
    .map(toRecordedMember)
    .sort((a, b) => a.key.localeCompare(b.key));
}

function resourcesOfKind({ deployment }: ExportedStack, kind: string): ExportedResource[] {
  return (deployment.resources ?? []).filter(({ type, delete: isLeaving }) => type === KIND + kind && !isLeaving);
}

function toRecordedMember({ urn, id = "", outputs = {} }: ExportedResource): RecordedMember & { swarmId: string } {
  const { connection, role, advertiseAddress, listenAddress, swarmId, hostKey } = decryptSecrets(outputs) as {
    connection: EngineConnection;
    role: NodeRole;
    hostKey?: string;
  } & Record<"advertiseAddress" | "listenAddress" | "swarmId", string>;
  // Where it was recorded by an earlier release, the resource's name alone tells the key.
  const key = hostKey ?? /::[^:]*?-member-([^:]+)$/.exec(urn)?.[1] ?? "";
  return { key, urn, nodeId: id, role, connection, advertiseAddress, listenAddress, swarmId };
}

/** Marks a secret in an exported stack; its value is beside it, as JSON. */
const SECRET_SIGNATURE = "4dabf18193072939515e22adb298388d";

/** A value of an exported stack, its secrets in clear. */
export function decryptSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decryptSecrets);
  if (typeof value !== "object" || value === null) return value;
  const fields = value as Record<string, unknown>;
  if (SECRET_SIGNATURE in fields) return decryptSecrets(JSON.parse(String(fields["plaintext"])));
  return Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, decryptSecrets(field)]));
}
