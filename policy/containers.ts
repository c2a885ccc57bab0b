import { items, part, type RuledResource, texts } from "./rule.ts";

export const SWARM_SERVICE = "pulumi-nodejs:dynamic/swarm:Service";
export const DOCKER_SERVICE = "docker:index/service:Service";
export const DOCKER_CONTAINER = "docker:index/container:Container";

/** Resources of Kubernetes with pods, and where in them the pods' spec is. */
const PODS: Readonly<Record<string, readonly string[]>> = {
  "kubernetes:core/v1:Pod": ["spec"],
  "kubernetes:apps/v1:StatefulSet": ["spec", "template", "spec"],
  "kubernetes:apps/v1:Deployment": ["spec", "template", "spec"],
  "kubernetes:apps/v1:DaemonSet": ["spec", "template", "spec"],
  "kubernetes:apps/v1:ReplicaSet": ["spec", "template", "spec"],
  "kubernetes:core/v1:ReplicationController": ["spec", "template", "spec"],
  "kubernetes:batch/v1:Job": ["spec", "template", "spec"],
  "kubernetes:batch/v1:CronJob": ["spec", "jobTemplate", "spec", "template", "spec"],
};

/** A container that a resource asks for. What of it is looked at is read when it is asked for, and not before. */
export interface DeclaredContainer {
  image(): string | undefined;
  /** The words of its command line, in their order: what is started, and its arguments. */
  args(): string[];
  /** Variables by name. Those of which the value comes from elsewhere are left out. */
  environment(): Record<string, string>;
}

/** The containers that a resource asks for, whoever runs them. */
export function containersOf({ type, props }: RuledResource): DeclaredContainer[] {
  if (type === SWARM_SERVICE) return [ofSwarm(part(props, "spec", "TaskTemplate", "ContainerSpec"))];
  if (type === DOCKER_SERVICE) return [ofDockerService(part(props, "taskSpec", "containerSpec"))];
  if (type === DOCKER_CONTAINER) return [ofDockerContainer(props)];
  const path = PODS[type];
  if (path === undefined) return [];
  const pods = part(props, ...path);
  return [...items(part(pods, "initContainers")), ...items(part(pods, "containers"))].map(ofPod);
}

function ofSwarm(spec: unknown): DeclaredContainer {
  return {
    image: () => text(part(spec, "Image")),
    args: () => [...texts(part(spec, "Command")), ...texts(part(spec, "Args"))],
    environment: () => variables(texts(part(spec, "Env"))),
  };
}

function ofDockerService(spec: unknown): DeclaredContainer {
  return {
    image: () => text(part(spec, "image")),
    args: () => [...texts(part(spec, "commands")), ...texts(part(spec, "args"))],
    environment: () => record(part(spec, "env")),
  };
}

function ofDockerContainer(props: unknown): DeclaredContainer {
  return {
    image: () => text(part(props, "image")),
    args: () => [...texts(part(props, "entrypoints")), ...texts(part(props, "command"))],
    environment: () => variables(texts(part(props, "envs"))),
  };
}

function ofPod(container: unknown): DeclaredContainer {
  return {
    image: () => text(part(container, "image")),
    args: () => [...texts(part(container, "command")), ...texts(part(container, "args"))],
    environment: () =>
      record(
        Object.fromEntries(items(part(container, "env")).map((one) => [String(part(one, "name")), part(one, "value")])),
      ),
  };
}

function variables(lines: readonly string[]): Record<string, string> {
  const pairs = lines.map((line) => line.split(/=(.*)/s)).map(([name = "", value = ""]) => [name, value] as const);
  return Object.fromEntries(pairs);
}

function record(value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null) return {};
  const pairs = Object.keys(value).map((key) => [key, part(value, key)] as const);
  return Object.fromEntries(pairs.filter((pair): pair is readonly [string, string] => typeof pair[1] === "string"));
}

export function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
