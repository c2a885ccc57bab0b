import type { ContainerSummary } from "../../engine/types.ts";
import { PROJECT_LABEL, STACK_LABEL } from "../../core/labels.ts";
import type { StackOutputs } from "../status/stack.ts";

/** The labels that the engine puts on a service's containers. */
const SERVICE_LABEL = "com.docker.swarm.service.id";

/** Labels that identify the resources of a stack. */
export function stackFilter({ project, stack }: Pick<StackOutputs, "project" | "stack">): { label: string[] } {
  return { label: [`${PROJECT_LABEL}=${project}`, `${STACK_LABEL}=${stack}`] };
}

/** Returns the host with that key. For an unknown key, the error lists the known ones. */
export function findHost<Host extends { key: string }>(key: string, hosts: readonly Host[]): Host {
  const host = hosts.find((one) => one.key === key);
  if (host) return host;
  const keys = hosts.map((one) => one.key).toSorted();
  throw new Error(`host "${key}": there is no such host: choose one of ${keys.join(", ")}`);
}

/** Returns the newest running container of the store on a host's engine. */
export function findStoreContainer(
  containers: readonly ContainerSummary[],
  serviceIds: StackOutputs["serviceIds"],
): string | undefined {
  const services = new Set(Object.values(serviceIds));
  return containers.find(({ State, Labels }) => State === "running" && services.has(Labels[SERVICE_LABEL] ?? ""))?.Id;
}
