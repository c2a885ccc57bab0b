import { Engine } from "../../engine/engine.ts";
import type { EngineConnection } from "../../engine/engine-connection.ts";
import type { Managers } from "../swarm/manager-pool.ts";
import type { NodeEngines } from "../service/task-exec.ts";
import { ResourceError } from "../runtime/errors.ts";

/** The Swarm of one engine. An import has no program that lists the others. */
export interface ImportedSwarm {
  engine: Engine;
  swarmId: string;
  managers: Managers;
  nodes: NodeEngines;
}

/**
 * Returns the Swarm that an engine manages. Its host key is the engine's name.
 *
 * @throws ResourceError if the engine is not a manager, or needs a private key
 */
export async function inspectImportedSwarm(connection: EngineConnection): Promise<ImportedSwarm> {
  const { host, key } = connection;
  // Pulumi would write the key into the generated program.
  if (key !== undefined) {
    throw new ResourceError(
      `engine ${host}: has a private key, which the imported program would contain in plain text: ` +
        "set DOCKER_HOST to the engine's socket or to ssh://user@host",
    );
  }
  const engine = new Engine(connection);
  const { Name, Swarm } = await engine.info();
  const swarmId = Swarm.Cluster?.ID;
  if (!Swarm.ControlAvailable || !swarmId) {
    throw new ResourceError(
      `engine ${host}: is not a manager of a Swarm: set DOCKER_HOST, the docker context ` +
        "or `pulumi config set swarm:engine` to a manager",
    );
  }
  const nodes = { [Name]: { nodeId: Swarm.NodeID, connection } };
  return { engine, swarmId, managers: { [Name]: connection }, nodes };
}
