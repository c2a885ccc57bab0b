import type { PolicyResource } from "../../../policy/rule.ts";

/** A name for the resources, the resources, and the violation that a rule must report, if any. */
export type Case = [string, PolicyResource[], RegExp | undefined];

export const DIGEST = `silo:1@sha256:${"a".repeat(64)}`;

export const resource = (
  type: string,
  props: Record<string, unknown>,
  over: Partial<PolicyResource> = {},
): PolicyResource => ({
  type,
  name: "it",
  urn: `urn:pulumi:prod::shop::${type}::it`,
  props,
  isProtected: false,
  ...over,
});

/** Returns the same resource under another URN. */
export const called = (name: string, one: PolicyResource): PolicyResource => ({
  ...one,
  name,
  urn: `${one.urn}-${name}`,
});
/** Returns the resource with a property that depends on others. */
export const from = (property: string, sources: PolicyResource[], one: PolicyResource): PolicyResource => ({
  ...one,
  sources: { [property]: sources.map(({ urn }) => urn) },
});

export const network = (props: Record<string, unknown>) => resource("docker:index/network:Network", props);
export const swarmService = (container: Record<string, unknown>, ports: number[] = []) =>
  resource("swarm:index:Service", {
    spec: {
      TaskTemplate: { ContainerSpec: container },
      EndpointSpec: { Ports: ports.map((PublishedPort) => ({ PublishedPort, PublishMode: "host" })) },
    },
  });
export const dockerService = (containerSpec: Record<string, unknown>, ports: number[] = []) =>
  resource("docker:index/service:Service", {
    taskSpec: { containerSpec },
    endpointSpec: { ports: ports.map((publishedPort) => ({ publishedPort })) },
  });
export const dockerContainer = (props: Record<string, unknown>) => resource("docker:index/container:Container", props);
export const statefulSet = (container: Record<string, unknown>, spec: Record<string, unknown> = {}) =>
  resource("kubernetes:apps/v1:StatefulSet", { spec: { template: { spec: { containers: [container] } }, ...spec } });
export const firewall = (ports: number[], allowFrom = ["10.0.0.0/8"], host = "a") =>
  resource("swarm:index:HostFirewall", { host, filter: { ports, allowFrom } });
/** Returns the service in a Swarm with these hosts. */
export const onNodes = (keys: string[], one: PolicyResource, constraints: string[] = []): PolicyResource => {
  const spec = one.props["spec"] as { TaskTemplate: object };
  const TaskTemplate = { ...spec.TaskTemplate, Placement: { Constraints: constraints } };
  const nodes = Object.fromEntries(keys.map((key) => [key, { nodeId: `node-${key}` }]));
  return { ...one, props: { ...one.props, nodes, spec: { ...spec, TaskTemplate } } };
};
export const onNetwork = (target: string, one: PolicyResource): PolicyResource => {
  const spec = one.props["spec"] as { TaskTemplate: object };
  const TaskTemplate = { ...spec.TaskTemplate, Networks: [{ Target: target }] };
  return { ...one, props: { ...one.props, spec: { ...spec, TaskTemplate } } };
};
export const hostNetwork = resource("swarm:index:PredefinedNetwork", { name: "host" });
export const macvlan = resource("swarm:index:ConfigFromNetwork", { driver: "macvlan" });
export const instance = resource("aws:ec2/instance:Instance", {});
export const joined = (hostKey: string, ...sources: PolicyResource[]) =>
  from("connection", sources, resource("swarm:index:Member", { role: "worker", hostKey }));
export const settings = (key: string, labels: Record<string, string>) =>
  resource("swarm:index:NodeLabels", { nodeId: `node-${key}`, labels });
export const labelled = (hostKey: string, labels: Record<string, string>) =>
  resource("swarm:index:Member", { role: "worker", hostKey, labels });
export const workload = (type: string, spec: Record<string, unknown>) => resource(`kubernetes:${type}`, { spec });
export const loadBalancer = (...loadBalancerSourceRanges: string[]) =>
  workload("core/v1:Service", { type: "LoadBalancer", loadBalancerSourceRanges });
export const member = (role: string, parent = "swarm") => resource("swarm:index:Member", { role }, { parent });
export const securityGroup = (...cidrBlocks: string[]) =>
  resource("aws:ec2/securityGroup:SecurityGroup", {
    ingress: [{ cidrBlocks }],
    egress: [{ cidrBlocks: ["0.0.0.0/0"] }],
  });

export const STORE_ARGS = ["server", "--address", ":9000", "--console-address", ":9001"];
export const GATEWAY_ARGS = ["haproxy", "-db", "-f", "/etc/pulumi-swarm/gateway.cfg"];
