import { toArray, getProperty, type PolicyResource, toStrings } from "./rule.ts";

export const SWARM_SERVICE = "swarm:index:Service";
export const DOCKER_SERVICE = "docker:index/service:Service";
export const DOCKER_CONTAINER = "docker:index/container:Container";

/** Path of the pod spec in each type of Kubernetes resource with pods. */
const POD_SPEC_PATHS: Readonly<Record<string, readonly string[]>> = {
  "kubernetes:core/v1:Pod": ["spec"],
  "kubernetes:apps/v1:StatefulSet": ["spec", "template", "spec"],
  "kubernetes:apps/v1:Deployment": ["spec", "template", "spec"],
  "kubernetes:apps/v1:DaemonSet": ["spec", "template", "spec"],
  "kubernetes:apps/v1:ReplicaSet": ["spec", "template", "spec"],
  "kubernetes:core/v1:ReplicationController": ["spec", "template", "spec"],
  "kubernetes:batch/v1:Job": ["spec", "template", "spec"],
  "kubernetes:batch/v1:CronJob": ["spec", "jobTemplate", "spec", "template", "spec"],
};

/** A container that a resource declares. Its properties are read lazily, since unknown ones throw in a preview. */
export interface DeclaredContainer {
  image(): string | undefined;
  /** The command line: the program and its arguments. */
  args(): string[];
  /** Environment variables by name, without those that get their value from a reference. */
  environment(): Record<string, string>;
}

/** Returns the containers that a resource declares, on Swarm, Docker or Kubernetes. */
export function containersOf({ type, props }: PolicyResource): DeclaredContainer[] {
  if (type === SWARM_SERVICE) return [swarmContainer(getProperty(props, "spec", "TaskTemplate", "ContainerSpec"))];
  if (type === DOCKER_SERVICE) return [dockerServiceContainer(getProperty(props, "taskSpec", "containerSpec"))];
  if (type === DOCKER_CONTAINER) return [dockerContainer(props)];
  const path = POD_SPEC_PATHS[type];
  if (path === undefined) return [];
  const pods = getProperty(props, ...path);
  return [...toArray(getProperty(pods, "initContainers")), ...toArray(getProperty(pods, "containers"))].map(
    podContainer,
  );
}

function swarmContainer(spec: unknown): DeclaredContainer {
  return {
    image: () => toText(getProperty(spec, "Image")),
    args: () => [...toStrings(getProperty(spec, "Command")), ...toStrings(getProperty(spec, "Args"))],
    environment: () => variables(toStrings(getProperty(spec, "Env"))),
  };
}

function dockerServiceContainer(spec: unknown): DeclaredContainer {
  return {
    image: () => toText(getProperty(spec, "image")),
    args: () => [...toStrings(getProperty(spec, "commands")), ...toStrings(getProperty(spec, "args"))],
    environment: () => toRecord(getProperty(spec, "env")),
  };
}

function dockerContainer(props: unknown): DeclaredContainer {
  return {
    image: () => toText(getProperty(props, "image")),
    args: () => [...toStrings(getProperty(props, "entrypoints")), ...toStrings(getProperty(props, "command"))],
    environment: () => variables(toStrings(getProperty(props, "envs"))),
  };
}

function podContainer(container: unknown): DeclaredContainer {
  return {
    image: () => toText(getProperty(container, "image")),
    args: () => [...toStrings(getProperty(container, "command")), ...toStrings(getProperty(container, "args"))],
    environment: () =>
      toRecord(
        Object.fromEntries(
          toArray(getProperty(container, "env")).map((one) => [
            String(getProperty(one, "name")),
            getProperty(one, "value"),
          ]),
        ),
      ),
  };
}

function variables(lines: readonly string[]): Record<string, string> {
  const pairs = lines.map((line) => line.split(/=(.*)/s)).map(([name = "", value = ""]) => [name, value] as const);
  return Object.fromEntries(pairs);
}

function toRecord(value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null) return {};
  const pairs = Object.keys(value).map((key) => [key, getProperty(value, key)] as const);
  return Object.fromEntries(pairs.filter((pair): pair is readonly [string, string] => typeof pair[1] === "string"));
}

export function toText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
