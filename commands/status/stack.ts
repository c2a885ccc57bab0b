import { existsSync } from "node:fs";
import { obtainPulumi } from "../../toolchain/pulumi.ts";
import { readRecordedMembers, type RecordedMember } from "../recover/recorded.ts";
import { npmRun } from "../support/args.ts";
import { pulumiEnvironment, pulumiSecrets, type Session } from "../support/pulumi.ts";
import { openState, stackFile, type StateFolder } from "../support/state.ts";

/** A stack's outputs as plain values; see `stacks/outputs.ts` for what they mean. */
export interface StackValues {
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

/** The outputs of a stack that is up. */
export async function readStack(stack: string): Promise<StackValues> {
  const values = await findStack(stack);
  if (values) return values;
  throw new Error(`stack ${stack} is not up: start it with \`${npmRun("up", stack)}\``);
}

/** The hosts of the stack's Swarm, with the way to each one's engine. */
export async function readHosts({ stack, swarmId }: StackValues): Promise<RecordedMember[]> {
  const members = await readRecordedMembers(await readingSession(openState(), stack));
  return members.filter((member) => member.swarmId === swarmId);
}

/** A session that changes nothing: it needs no plugins. */
async function readingSession(state: StateFolder, stack: string): Promise<Session> {
  const toolchain = { bin: await obtainPulumi(), plugins: [] };
  return { toolchain, state, stack, env: pulumiEnvironment(toolchain, state, stack) };
}

/** The outputs of a stack, or nothing when it is down. */
export async function findStack(stack: string): Promise<StackValues | undefined> {
  const state = openState();
  if (!existsSync(stackFile(state, stack))) return undefined;
  const session = await readingSession(state, stack);
  const printed = await pulumiSecrets(session, ["stack", "output", "--json", "--show-secrets", "--stack", stack]);
  const outputs = JSON.parse(printed) as Partial<StackValues>;
  if (outputs.endpoint !== undefined && outputs.swarmId === undefined) {
    throw new Error(`stack ${stack} is on Kubernetes, which this command does not look into: ask kubectl`);
  }
  if (!outputs.networkId || !outputs.nodes) return undefined;
  const maps = { endpoints: {}, consoleEndpoints: {}, serviceIds: {} };
  return { ...maps, ...(outputs as StackValues), project: state.projectName, stack };
}
