import { undefinedIfNotFound } from "../../engine/engine.ts";
import type { EngineConnection } from "../../engine/engine-connection.ts";
import type { ServiceSpec } from "../../engine/types.ts";
import { ResourceError } from "../runtime/errors.ts";
import { logLine } from "../runtime/log-line.ts";
import { decideRollout } from "../service/update-strategy.ts";
import type { ServiceInputs } from "../service/service-inputs.ts";
import { inspectImportedSwarm, NO_OWNER, rejectOwned } from "./imported-swarm.ts";

/**
 * Returns a service as inputs that describe it completely, with its id; undefined if it does not exist.
 *
 * @param name the service's name or id
 * @throws ResourceError if another state owns it, or if it is a job
 */
export async function inspectImportedService(
  name: string,
  connection: EngineConnection,
): Promise<{ id: string; inputs: ServiceInputs } | undefined> {
  const { engine, swarmId, managers, nodes } = await inspectImportedSwarm(connection);
  const service = await undefinedIfNotFound(engine.inspectService(name));
  if (!service) return undefined;
  const { Labels, Name } = service.Spec;
  rejectOwned(`service ${Name}`, Labels, "a SwarmService");
  const spec = importedSpec(service.Spec);
  const tasks = taskCount(spec);
  if (spec.TaskTemplate.ContainerSpec.Env?.length) {
    logLine(`service ${Name}: its variables are imported in plain text: move passwords to Docker secrets`);
  }
  const settings = { restartTogether: [], immutable: {}, timeoutSeconds: 600, rollout: decideRollout(spec, spec, []) };
  return { id: service.ID, inputs: { managers, swarmId, owner: NO_OWNER, nodes, spec, ...settings, tasks } };
}

type ReportedTask = ServiceSpec["TaskTemplate"] & { Runtime?: string };

/**
 * Returns the spec without `UpdateConfig` and `ForceUpdate`, which every update sets, and without `Runtime`, which is
 * always `container`.
 */
function importedSpec({ UpdateConfig: _update, ...spec }: ServiceSpec): ServiceSpec {
  const { ForceUpdate: _force, Runtime = "container", ...TaskTemplate }: ReportedTask = spec.TaskTemplate;
  if (Runtime !== "container") {
    throw new ResourceError(`service ${spec.Name}: runtime ${Runtime}: cannot be imported: it runs no containers`);
  }
  return { ...spec, TaskTemplate };
}

function taskCount({ Name, Mode }: ServiceSpec): number {
  if ("Replicated" in Mode) return Mode.Replicated.Replicas;
  if ("Global" in Mode) return 1;
  throw new ResourceError(
    `service ${Name}: mode ${Object.keys(Mode).join()}: cannot be imported: only replicated and global services can`,
  );
}
