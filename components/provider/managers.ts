import type { EngineConnection } from "../engine/connection.ts";
import { Engine } from "../engine/engine.ts";
import { errorText } from "../shared/error-text.ts";
import { ResourceProblem } from "./values.ts";

/** The engines of a Swarm's managers, by host key. */
export type Managers = Record<string, EngineConnection>;

/** How long a manager may take to say that it is one, in milliseconds. */
const PATIENCE = 5_000;

/** A manager of the Swarm that answers; any will do. Undefined when none of them is part of that Swarm any more. */
export async function findManager(managers: Managers, swarmId: string): Promise<Engine | undefined> {
  const silent: string[] = [];
  for (const connection of Object.values(managers)) {
    const engine = new Engine(connection);
    try {
      const { Swarm } = await engine.info(PATIENCE);
      if (Swarm.ControlAvailable && Swarm.Cluster?.ID === swarmId) return engine;
    } catch (error) {
      silent.push(errorText(error));
    }
  }
  if (silent.length > 0) throw new ResourceProblem(`no manager of the Swarm ${swarmId} answers: ${silent.join("; ")}`);
  return undefined;
}

/** A manager of the Swarm that answers. */
export async function requireManager(managers: Managers, swarmId: string): Promise<Engine> {
  const engine = await findManager(managers, swarmId);
  if (engine) return engine;
  const keys = Object.keys(managers).join(", ");
  throw new ResourceProblem(
    `none of the hosts ${keys} is a manager of the Swarm ${swarmId} any more: ` +
      "run `pulumi refresh` so that what is gone is made anew, or bring the Swarm back",
  );
}
