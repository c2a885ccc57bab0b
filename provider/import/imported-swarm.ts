import { Engine } from "../../engine/engine.ts";
import type { EngineConnection } from "../../engine/engine-connection.ts";
import type { SwarmInfo } from "../../engine/types.ts";
import { describeOwner, OWNER_LABEL } from "../../core/labels.ts";
import type { Managers } from "../swarm/manager-pool.ts";
import type { NodeEngines } from "../service/task-exec.ts";
import { ResourceError } from "../runtime/errors.ts";

/** No state: an imported object keeps its labels. */
export const NO_OWNER = { id: "", project: "", stack: "", name: "" };

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
  if (!Swarm.ControlAvailable || !swarmId) throw new ResourceError(`engine ${host}: ${unusableBecause(Swarm)}`);
  const nodes = { [Name]: { nodeId: Swarm.NodeID, connection } };
  return { engine, swarmId, managers: { [Name]: connection }, nodes };
}

/** Returns why nothing can be imported from an engine. */
function unusableBecause({ LocalNodeState, ControlAvailable, Error: error }: SwarmInfo): string {
  if (LocalNodeState === "locked") return "is a locked manager: run `docker swarm unlock` there first";
  if (ControlAvailable)
    return `is a manager without a quorum (${error || "no leader"}): start the other managers first`;
  return (
    "is not a manager of a Swarm: set DOCKER_HOST, the docker context " +
    "or `pulumi config set swarm:engine` to a manager"
  );
}

/**
 * Rejects an object that belongs to another state.
 *
 * @param subject the object, for the message: `service web`
 * @param component the component that can adopt it
 * @throws ResourceError if the object's labels name an owner
 */
export function rejectOwned(
  subject: string,
  labels: Readonly<Record<string, string>> | null | undefined,
  component: string,
): void {
  if (labels?.[OWNER_LABEL] === undefined) return;
  throw new ResourceError(
    `${subject}: cannot be imported: it belongs to ${describeOwner(labels)}: ` +
      `use the state that created it, or declare ${component} with adopt: true`,
  );
}
