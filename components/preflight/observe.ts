import { hostname as thisHostname } from "node:os";
import { type EngineConnection, socketPath } from "../engine/connection.ts";
import { Engine } from "../engine/engine.ts";
import type { EngineInfo } from "../engine/types.ts";
import { readLocalFacts } from "./local-facts.ts";
import type { ObservedHost, Situation } from "./observed.ts";

/** A host as the program knows it. */
export interface HostToObserve {
  connection: EngineConnection;
  hostname: string;
}

/** How long an engine may take to answer, in milliseconds. */
const PATIENCE = 5_000;

/**
 * Looks at every engine that answers. One that does not may be still to be made: the Host resource is what waits for
 * it, and fails when it stays away.
 */
export async function observe(hosts: Record<string, HostToObserve>): Promise<Omit<Situation, "allowOutage">> {
  const found = await Promise.all(
    Object.entries(hosts).map(async ([key, host]) => {
      const engine = new Engine(host.connection);
      const info = await engine.info(PATIENCE).catch(() => undefined);
      return [key, info && (await observeHost(engine, host, info))] as const;
    }),
  );
  return {
    hosts: Object.fromEntries(found.flatMap(([key, host]) => (host ? [[key, host]] : []))),
    silent: found.flatMap(([key, host]) => (host ? [] : [key])),
  };
}

async function observeHost(engine: Engine, host: HostToObserve, info: EngineInfo): Promise<ObservedHost> {
  const [networks, containers, manager, local] = await Promise.all([
    engine.networks(),
    engine.containers(),
    info.Swarm.ControlAvailable ? observeSwarm(engine) : undefined,
    isThisMachine(host.connection, info) ? readLocalFacts() : undefined,
  ]);
  return { hostname: host.hostname, address: host.connection.host, info, networks, containers, manager, local };
}

async function observeSwarm(engine: Engine): Promise<ObservedHost["manager"]> {
  const [swarm, nodes, services] = await Promise.all([engine.swarm(), engine.nodes(), engine.services()]);
  return { swarm, nodes, services };
}

/** A socket alone does not say so: Docker Desktop's leads into a virtual machine. */
function isThisMachine(connection: EngineConnection, info: EngineInfo): boolean {
  return process.platform === "linux" && socketPath(connection) !== undefined && info.Name === thisHostname();
}
