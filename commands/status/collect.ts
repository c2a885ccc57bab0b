import { Engine, undefinedIfNotFound } from "../../engine/engine.ts";
import { electionTimeout } from "../../engine/timeouts.ts";
import { errorMessage } from "../../engine/error-message.ts";
import type { NamedService, RecordedMember } from "../lib/recorded-stack.ts";
import { storeContainer } from "../exec/container.ts";
import { endpointHealth } from "./health.ts";
import type { HostAnswer } from "./hosts.ts";
import type { Findings, SwarmFindings } from "./model.ts";
import type { RecordedStack, StackValues } from "./stack.ts";
import { type AdminInfo, type EndpointHealth, parseAdminInfo, storeReport } from "./store.ts";

/** How long a host's engine may take to answer at all, in milliseconds; by ssh it lets in first. */
const PATIENCE_MS = 10_000;
/** How long the store may take to tell its state, in milliseconds: it asks all of its servers. */
const STORE_MS = 20_000;
/** On how many hosts the store is asked before it counts as silent. */
const STORE_TRIES = 2;

/** Asks every host's engine, a manager and the store for everything that the report tells. */
export async function collect({ values: stack, members, services }: RecordedStack): Promise<Findings> {
  const [hosts, endpoints] = await Promise.all([Promise.all(members.map(askHost)), askEndpoints(stack)]);
  const answering = hosts.filter(({ info }) => info !== undefined);
  const [swarm, answer] = await Promise.all([askManager(answering, stack, services), askStore(answering, stack)]);
  const { networkName, swarmId } = stack;
  const store = storeReport(answer, endpoints);
  return { stack: stack.stack, swarmId, networkName, declared: services, hosts, swarm, store, now: new Date() };
}

async function askHost(member: RecordedMember): Promise<HostAnswer> {
  const engine = new Engine(member.connection);
  try {
    await engine.ping(PATIENCE_MS);
    return { member, info: await engine.info(electionTimeout(member.connection)) };
  } catch (error) {
    return { member, silence: errorMessage(error) };
  }
}

/** Any manager tells about all nodes, services and tasks; nobody does while none sees a quorum. */
async function askManager(
  hosts: readonly HostAnswer[],
  stack: StackValues,
  declared: readonly NamedService[],
): Promise<SwarmFindings | undefined> {
  const manager = hosts.find(({ info }) => info?.Swarm.ControlAvailable && info.Swarm.Cluster?.ID === stack.swarmId);
  if (!manager) return undefined;
  const engine = new Engine(manager.member.connection);
  const [network, all, nodes] = await Promise.all([
    undefinedIfNotFound(engine.inspectNetwork(stack.networkId, { verbose: true })),
    engine.listServices(),
    engine.listNodes(),
  ]);
  // By id: labels may be changed by hand, and a stack may be renamed.
  const services = all.filter(({ ID }) => declared.some(({ id }) => id === ID));
  const tasks = services.length === 0 ? [] : await engine.listTasks({ service: services.map(({ ID }) => ID) });
  return { manager: manager.member.key, network, services, nodes, tasks };
}

async function askEndpoints({ endpoints, caCertificate }: StackValues): Promise<Record<string, EndpointHealth>> {
  const asked = Object.entries(endpoints).map(
    async ([host, url]) => [host, await endpointHealth(url, caCertificate)] as const,
  );
  return Object.fromEntries(await Promise.all(asked));
}

/** The store tells about all of its servers through any one. */
async function askStore(hosts: readonly HostAnswer[], stack: StackValues): Promise<AdminInfo | string> {
  const found = await Promise.all(hosts.map((host) => containerOn(host, stack)));
  let answer: AdminInfo | string = "MinIO runs on no host that answers";
  for (const { engine, container } of found.filter((one) => one !== undefined).slice(0, STORE_TRIES)) {
    answer = await askContainer(engine, container).catch(errorMessage);
    if (typeof answer !== "string") return answer;
  }
  return answer;
}

async function containerOn({ member }: HostAnswer, { serviceIds }: StackValues) {
  const engine = new Engine(member.connection);
  const container = storeContainer(await engine.listContainers().catch(() => []), serviceIds);
  return container === undefined ? undefined : { engine, container };
}

async function askContainer(engine: Engine, container: string): Promise<AdminInfo | string> {
  const command = ["mc", "admin", "info", "local", "--json"];
  const { stdout, stderr } = await engine.exec(container, command, { timeoutMs: STORE_MS });
  return parseAdminInfo(stdout || stderr);
}
