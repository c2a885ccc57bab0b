import { type Engine, orMissing } from "../../components/engine/engine.ts";
import type { TaskDetails } from "../../components/engine/types.ts";
import { stackFilter, storeContainer } from "../exec/container.ts";
import { endpointHealth } from "./health.ts";
import type { Findings } from "./model.ts";
import type { StackValues } from "./stack.ts";
import { parseAdminInfo, type StoreReport, storeReport } from "./store.ts";

/** Asks the engine and the store for everything that the report tells. */
export async function collect(engine: Engine, stack: StackValues): Promise<Findings> {
  await assertSwarm(engine, stack);
  const [network, services, nodes] = await Promise.all([
    orMissing(engine.network(stack.networkId, { verbose: true })),
    engine.services(stackFilter(stack)),
    engine.nodes(),
  ]);
  const tasks = services.length === 0 ? [] : await engine.tasks({ service: services.map(({ ID }) => ID) });
  const store = await askStore(engine, stack, tasks);
  const { networkName } = stack;
  return { stack: stack.stack, networkName, network, services, tasks, nodes, store, now: new Date() };
}

async function assertSwarm(engine: Engine, { stack, swarmId }: StackValues): Promise<void> {
  const { Swarm } = await engine.info();
  const at = engine.connection.host;
  if (Swarm.LocalNodeState !== "active") {
    throw new Error(`the engine at ${at} is in no Swarm (${Swarm.LocalNodeState}): bring it back with \`npm run up\``);
  }
  if (!Swarm.ControlAvailable)
    throw new Error(`the engine at ${at} is a worker: point DOCKER_HOST to a manager of stack ${stack}`);
  if (Swarm.Cluster?.ID !== swarmId) {
    throw new Error(`the engine at ${at} is in Swarm ${Swarm.Cluster?.ID}, stack ${stack} is Swarm ${swarmId}`);
  }
}

/** The store tells about all of its servers through any one: through the one on this engine. */
async function askStore(engine: Engine, stack: StackValues, tasks: readonly TaskDetails[]): Promise<StoreReport> {
  const asked = Object.entries(stack.endpoints).map(
    async ([host, url]) => [host, await endpointHealth(url, stack.caCertificate)] as const,
  );
  const endpoints = Object.fromEntries(await Promise.all(asked));
  const { NodeID } = (await engine.info()).Swarm;
  const container = storeContainer(tasks, NodeID);
  if (container === undefined)
    return storeReport(`MinIO does not run on the host of ${engine.connection.host}`, endpoints);
  const command = ["mc", "admin", "info", "local", "--json"];
  const { stdout, stderr } = await engine.exec(container, command, { timeoutMs: 20_000 });
  return storeReport(parseAdminInfo(stdout || stderr), endpoints);
}
