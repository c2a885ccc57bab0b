import { existsSync } from "node:fs";
import { ensurePulumi } from "../../toolchain/pulumi.ts";
import {
  type ExportedStack,
  exportedStack,
  type NamedService,
  recordedMembers,
  type RecordedMember,
  recordedOutputs,
  recordedServices,
} from "../lib/recorded-stack.ts";
import { npmRun } from "../lib/args.ts";
import { pulumiEnvironment, type Session } from "../lib/pulumi.ts";
import { isEmptyState, openState, stackFile, type StateFolder } from "../lib/state.ts";

/** A stack's outputs as plain values; `stacks/outputs.ts` describes them. */
export interface StackOutputs {
  project: string;
  stack: string;
  endpoint?: string;
  endpoints: Record<string, string>;
  consoleEndpoints: Record<string, string>;
  networkId: string;
  networkName: string;
  swarmId: string;
  nodes: Record<string, { nodeId: string; role: string; address: string }>;
  serviceIds: Record<string, string>;
  caCertificate?: string;
  rootUser: string;
  /** Secret: kept in memory only. */
  rootPassword: string;
}

/** A stack that is up, from its state. */
export interface RecordedStack {
  values: StackOutputs;
  /** The hosts of its Swarm, with the connection to each engine. */
  members: RecordedMember[];
  services: NamedService[];
}

/** Returns the outputs of a stack. @throws if the stack is down */
export async function readStackOutputs(stack: string): Promise<StackOutputs> {
  return (await readRecordedStack(stack)).values;
}

/** Returns a stack with its hosts and services. @throws if the stack is down */
export async function readRecordedStack(stack: string): Promise<RecordedStack> {
  const recorded = await findRecordedStack(stack);
  if (recorded) return recorded;
  throw new Error(`stack ${stack} is not up: start it with \`${npmRun("up", stack)}\``);
}

/** Opens a session that changes nothing, and so needs no plugins. */
async function readingSession(state: StateFolder, stack: string): Promise<Session> {
  const toolchain = { bin: await ensurePulumi(), plugins: [] };
  return { toolchain, state, stack, env: pulumiEnvironment(toolchain, state, stack) };
}

/** Returns the outputs of a stack; undefined if it is down. */
export async function findStackOutputs(stack: string): Promise<StackOutputs | undefined> {
  return (await findRecordedStack(stack))?.values;
}

async function findRecordedStack(stack: string): Promise<RecordedStack | undefined> {
  const state = openState();
  if (!existsSync(stackFile(state, stack))) return undefined;
  const exported = await exportedStack(await readingSession(state, stack));
  return recordedStack(exported, state.projectName, stack);
}

/** Returns a stack from its exported state; undefined if it is down. */
export function recordedStack(exported: ExportedStack, project: string, stack: string): RecordedStack | undefined {
  // After `down` the outputs of the last `up` are still in the state.
  if (isEmptyState(exported.deployment.resources ?? [])) return undefined;
  const outputs = recordedOutputs(exported) as Partial<StackOutputs>;
  if (outputs.endpoint !== undefined && outputs.swarmId === undefined) {
    throw new Error(`stack ${stack} is on Kubernetes, which this command does not support: use kubectl`);
  }
  if (!outputs.networkId || !outputs.nodes) return undefined;
  const maps = { endpoints: {}, consoleEndpoints: {}, serviceIds: {} };
  const values = { ...maps, ...(outputs as StackOutputs), project, stack };
  const isOfSwarm = ({ swarmId }: { swarmId: string }) => swarmId === values.swarmId;
  const allMembers = recordedMembers(exported);
  const members = allMembers.filter(isOfSwarm);
  // The outputs are those of an earlier Swarm until an `up` that creates another succeeds.
  if (allMembers.length > 0 && members.length === 0) return undefined;
  return {
    values,
    members,
    services: recordedServices(exported).filter(isOfSwarm),
  };
}
