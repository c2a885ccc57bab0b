import { Engine, undefinedIfNotFound } from "../../engine/engine.ts";
import { exec } from "../../engine/exec.ts";
import { electionTimeout } from "../../engine/timeouts.ts";
import { errorMessage } from "../../engine/error-message.ts";
import type { NamedService, RecordedMember } from "../lib/recorded-stack.ts";
import { findStoreContainer } from "../exec/container.ts";
import { endpointHealth } from "./health.ts";
import type { HostSnapshot } from "./hosts.ts";
import type { StatusSnapshot, SwarmSnapshot } from "./model.ts";
import type { RecordedStack, StackOutputs } from "./stack.ts";
import { type AdminInfo, type EndpointHealth, parseAdminInfo, storeReport } from "./store.ts";

/** How long an engine may take to answer, in milliseconds, including ssh authentication. */
const PING_MS = 10_000;
/** How long the store may take to report its state, in milliseconds: it collects the state of all servers. */
const STORE_MS = 20_000;
/** Number of hosts through which the store is inspected before its state counts as unknown. */
const STORE_ATTEMPTS = 2;

/** Reads everything for the report: from every host's engine, from a manager, and from the store. */
export async function collectSnapshot({ values: stack, members, services }: RecordedStack): Promise<StatusSnapshot> {
  const [hosts, endpoints] = await Promise.all([Promise.all(members.map(inspectHost)), checkEndpoints(stack)]);
  const answering = hosts.filter(({ info }) => info !== undefined);
  const [swarm, { answer, host }] = await Promise.all([
    inspectSwarm(answering, stack, services),
    inspectStore(answering, stack),
  ]);
  const { networkName, swarmId } = stack;
  const store = storeReport(answer, endpoints, host);
  return { stack: stack.stack, swarmId, networkName, declared: services, hosts, swarm, store, now: new Date() };
}

async function inspectHost(member: RecordedMember): Promise<HostSnapshot> {
  const engine = new Engine(member.connection);
  try {
    await engine.ping(PING_MS);
    return { member, info: await engine.info(electionTimeout(member.connection)) };
  } catch (error) {
    return { member, error: errorMessage(error) };
  }
}

/** Reads all nodes, services and tasks from any manager. Undefined if no manager has a quorum. */
async function inspectSwarm(
  hosts: readonly HostSnapshot[],
  stack: StackOutputs,
  declared: readonly NamedService[],
): Promise<SwarmSnapshot | undefined> {
  const manager = hosts.find(({ info }) => info?.Swarm.ControlAvailable && info.Swarm.Cluster?.ID === stack.swarmId);
  if (!manager) return undefined;
  const engine = new Engine(manager.member.connection);
  const [network, all, nodes] = await Promise.all([
    undefinedIfNotFound(engine.inspectNetwork(stack.networkId, { verbose: true })),
    engine.listServices(),
    engine.listNodes(),
  ]);
  // Identified by id: labels may be changed by hand, and a stack may be renamed.
  const services = all.filter(({ ID }) => declared.some(({ id }) => id === ID));
  const tasks = services.length === 0 ? [] : await engine.listTasks({ service: services.map(({ ID }) => ID) });
  return { manager: manager.member.key, network, services, nodes, tasks };
}

async function checkEndpoints({ endpoints, caCertificate }: StackOutputs): Promise<Record<string, EndpointHealth>> {
  const checks = Object.entries(endpoints).map(
    async ([host, url]) => [host, await endpointHealth(url, caCertificate)] as const,
  );
  return Object.fromEntries(await Promise.all(checks));
}

/** The state of the store, or why it is unknown. */
interface StoreAnswer {
  answer: AdminInfo | string;
  /** Key of the host through which it was read. */
  host?: string;
}

/** Reads the state of the store through one of its servers: each one reports them all. */
async function inspectStore(hosts: readonly HostSnapshot[], stack: StackOutputs): Promise<StoreAnswer> {
  const found = await Promise.all(hosts.map((host) => findContainerOn(host, stack)));
  let last: StoreAnswer = { answer: "MinIO runs on none of the reachable hosts" };
  for (const { host, engine, container } of found.filter((one) => one !== undefined).slice(0, STORE_ATTEMPTS)) {
    last = { host, answer: await readAdminInfo(engine, container).catch(errorMessage) };
    if (typeof last.answer !== "string") return last;
  }
  return last;
}

async function findContainerOn({ member }: HostSnapshot, { serviceIds }: StackOutputs) {
  const engine = new Engine(member.connection);
  const container = findStoreContainer(await engine.listContainers().catch(() => []), serviceIds);
  return container === undefined ? undefined : { host: member.key, engine, container };
}

async function readAdminInfo(engine: Engine, container: string): Promise<AdminInfo | string> {
  const command = ["mc", "admin", "info", "local", "--json"];
  const { stdout, stderr } = await exec(engine, container, command, STORE_MS);
  return parseAdminInfo(stdout || stderr);
}
