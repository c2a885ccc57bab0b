import type { ContainerSummary } from "../../engine/types.ts";
import { PROJECT_LABEL, STACK_LABEL } from "../../core/labels.ts";
import type { StackOutputs } from "../status/stack.ts";

/** With what the Engine marks a service's containers. */
const SERVICE_LABEL = "com.docker.swarm.service.id";

/** The labels by which the engine finds what belongs to a stack. */
export function stackFilter({ project, stack }: Pick<StackOutputs, "project" | "stack">): { label: string[] } {
  return { label: [`${PROJECT_LABEL}=${project}`, `${STACK_LABEL}=${stack}`] };
}

/** The host of a key; a key that is not there is answered with those that are. */
export function findHost<Host extends { key: string }>(key: string, hosts: readonly Host[]): Host {
  const host = hosts.find((one) => one.key === key);
  if (host) return host;
  const keys = hosts.map((one) => one.key).toSorted();
  throw new Error(`host "${key}": there is no such host key; choose one of ${keys.join(", ")}`);
}

/** The running container of the store, among those on a host's engine: the newest of them. */
export function findStoreContainer(
  containers: readonly ContainerSummary[],
  serviceIds: StackOutputs["serviceIds"],
): string | undefined {
  const services = new Set(Object.values(serviceIds));
  return containers.find(({ State, Labels }) => State === "running" && services.has(Labels[SERVICE_LABEL] ?? ""))?.Id;
}
