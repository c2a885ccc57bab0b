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

/** A stack's outputs as plain values; see `stacks/outputs.ts` for what they mean. */
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
  /** Only ever held in memory. */
  rootPassword: string;
}

/** A stack that is up, as its state has it. */
export interface RecordedStack {
  values: StackOutputs;
  /** The hosts of its Swarm, with the way to each one's engine. */
  members: RecordedMember[];
  services: NamedService[];
}

/** The outputs of a stack that is up. */
export async function readStackOutputs(stack: string): Promise<StackOutputs> {
  return (await readRecordedStack(stack)).values;
}

/** A stack that is up, with its hosts and services. */
export async function readRecordedStack(stack: string): Promise<RecordedStack> {
  const recorded = await findRecordedStack(stack);
  if (recorded) return recorded;
  throw new Error(`stack ${stack} is not up: start it with \`${npmRun("up", stack)}\``);
}

/** A session that changes nothing: it needs no plugins. */
async function readingSession(state: StateFolder, stack: string): Promise<Session> {
  const toolchain = { bin: await ensurePulumi(), plugins: [] };
  return { toolchain, state, stack, env: pulumiEnvironment(toolchain, state, stack) };
}

/** The outputs of a stack, or nothing when it is down. */
export async function findStackOutputs(stack: string): Promise<StackOutputs | undefined> {
  return (await findRecordedStack(stack))?.values;
}

async function findRecordedStack(stack: string): Promise<RecordedStack | undefined> {
  const state = openState();
  if (!existsSync(stackFile(state, stack))) return undefined;
  const exported = await exportedStack(await readingSession(state, stack));
  return recordedStack(exported, state.projectName, stack);
}

/** A stack as its state has it; undefined when it is down. */
export function recordedStack(exported: ExportedStack, project: string, stack: string): RecordedStack | undefined {
  // The outputs of the last `up` stay in the state as long as anything does.
  if (isEmptyState(exported.deployment.resources ?? [])) return undefined;
  const outputs = recordedOutputs(exported) as Partial<StackOutputs>;
  if (outputs.endpoint !== undefined && outputs.swarmId === undefined) {
    throw new Error(`stack ${stack} is on Kubernetes, which this command does not look into: ask kubectl`);
  }
  if (!outputs.networkId || !outputs.nodes) return undefined;
  const maps = { endpoints: {}, consoleEndpoints: {}, serviceIds: {} };
  const values = { ...maps, ...(outputs as StackOutputs), project, stack };
  const isOfSwarm = ({ swarmId }: { swarmId: string }) => swarmId === values.swarmId;
  return {
    values,
    members: recordedMembers(exported).filter(isOfSwarm),
    services: recordedServices(exported).filter(isOfSwarm),
  };
}
