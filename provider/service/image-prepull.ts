import { Engine } from "../../engine/engine.ts";
import { pullImage } from "../../engine/images.ts";
import type { NodeDetails, ServiceDetails, TaskDetails } from "../../engine/types.ts";
import { errorMessage } from "../../engine/error-message.ts";
import { isBuiltImage, isImageId } from "../../core/image-name.ts";
import { isOwned } from "../../core/labels.ts";
import { logLine } from "../runtime/log-line.ts";
import type { NodeEngines } from "./task-exec.ts";
import type { ServiceInputs } from "./service-inputs.ts";
import { ResourceError } from "../runtime/errors.ts";

/** The hosts that need an image before tasks restart with it. */
export interface PrepullTargets {
  /** Keys of the hosts with tasks that restart. */
  hosts: string[];
  /** Hostnames of nodes that are down: they pull the image when they come back. */
  downNodes: string[];
}

/** Returns the hosts that run tasks. Nodes that are not hosts of the program pull the image themselves. */
export function findPrepullTargets(
  tasks: readonly TaskDetails[],
  nodes: readonly NodeDetails[],
  engines: NodeEngines,
): PrepullTargets {
  const withTask = nodes.filter(({ ID }) => tasks.some(({ NodeID }) => NodeID === ID));
  const isDown = ({ Status }: NodeDetails) => Status.State === "down";
  const ready = withTask.filter((node) => !isDown(node)).map(({ ID }) => ID);
  return {
    hosts: Object.keys(engines).filter((key) => ready.includes(engines[key]?.nodeId ?? "")),
    downNodes: withTask.filter(isDown).map(({ Description }) => Description.Hostname),
  };
}

export interface PrepullOptions {
  /** The service's name. */
  service: string;
  image: string;
  engines: NodeEngines;
  timeoutMs: number;
  /** Login at the image's registry. @default - none */
  auth?: string;
}

/**
 * Pulls the image in parallel on all hosts that run tasks of the services.
 *
 * @throws ResourceError with the host's key and the reason if a host cannot get it.
 */
export async function prepullImage(
  manager: Engine,
  services: string[],
  { service, image, engines, timeoutMs, auth }: PrepullOptions,
): Promise<void> {
  const tasks = await manager.listTasks({ service: services });
  const { hosts, downNodes } = findPrepullTargets(tasks, await manager.listNodes(), engines);
  for (const node of downNodes)
    logLine(`service ${service}: host ${node} is down: it gets the image when it comes back`);
  const problems = await Promise.all(
    hosts.map(async (host) => {
      const connection = engines[host]?.connection;
      if (!connection) return [];
      try {
        const pulled = await ensureImage(new Engine(connection), image, timeoutMs, auth);
        if (pulled) logLine(`service ${service}: host ${host} has the image`);
        return [];
      } catch (error) {
        return [`host ${host}: ${errorMessage(error)}`];
      }
    }),
  );
  const found = problems.flat();
  if (found.length === 0) return;
  throw new ResourceError(
    `service ${service}: not updated, and no task was stopped: image ${image} cannot be pulled on every host: ${found.join("; ")}`,
  );
}

/**
 * Pulls a service's new image on its hosts and on those of all services of this stack with the same previous image:
 * they belong to one application and are updated at the same time.
 */
export async function prepullNewImage(
  manager: Engine,
  { Spec }: ServiceDetails,
  inputs: ServiceInputs,
  auth?: string,
): Promise<void> {
  const { spec, owner, nodes: engines, timeoutSeconds } = inputs;
  const image = spec.TaskTemplate.ContainerSpec.Image;
  const previousImage = Spec.TaskTemplate.ContainerSpec.Image;
  if (previousImage === image) return;
  const sameImage = (await manager.listServices()).filter(
    (other) => other.Spec.TaskTemplate.ContainerSpec.Image === previousImage && isOwned(other.Spec.Labels, owner),
  );
  const services = sameImage.map(({ ID }) => ID);
  await prepullImage(manager, services, { service: spec.Name, image, engines, timeoutMs: timeoutSeconds * 1000, auth });
}

/** Pulls the image if the engine does not have it. Returns whether it was pulled. */
async function ensureImage(engine: Engine, image: string, timeoutMs: number, auth?: string): Promise<boolean> {
  if (await engine.hasImage(image)) return false;
  if (isImageId(image)) {
    throw new ResourceError("does not have the image, which cannot be pulled by its id: load it with `docker load`");
  }
  if (isBuiltImage(image)) {
    throw new ResourceError(
      "does not have the image, which pulumi-swarm built and cannot be pulled: run `npm run up`, or load it with `docker load`",
    );
  }
  await pullImage(engine, image, timeoutMs, auth);
  return true;
}
