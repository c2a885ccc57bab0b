import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { swarmPolicies } from "../../../policy/index.ts";
import type { PolicyResource } from "../../../policy/rule.ts";
import { RULES } from "../../../policy/rules.ts";
import { ROOT } from "../../../toolchain/cache.ts";

const DIGEST = `silo:1@sha256:${"a".repeat(64)}`;

const resource = (
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

/** Returns a rule's violations for the resources, each alone and together as a stack. */
function says(name: string, ...resources: PolicyResource[]): string[] {
  const rule = RULES.find((one) => one.name === name);
  if (!rule) throw new Error(`there is no rule ${name}`);
  const ofEach = "resource" in rule ? resources.flatMap(rule.resource) : [];
  return [...ofEach, ...("stack" in rule ? rule.stack(resources).map(({ text }) => text) : [])];
}

/** Returns the same resource under another URN. */
const called = (name: string, one: PolicyResource): PolicyResource => ({ ...one, name, urn: `${one.urn}-${name}` });
/** Returns the resource with a property that depends on others. */
const from = (property: string, sources: PolicyResource[], one: PolicyResource): PolicyResource => ({
  ...one,
  sources: { [property]: sources.map(({ urn }) => urn) },
});

const network = (props: Record<string, unknown>) => resource("docker:index/network:Network", props);
const swarmService = (container: Record<string, unknown>, ports: number[] = []) =>
  resource("swarm:index:Service", {
    spec: {
      TaskTemplate: { ContainerSpec: container },
      EndpointSpec: { Ports: ports.map((PublishedPort) => ({ PublishedPort, PublishMode: "host" })) },
    },
  });
const dockerService = (containerSpec: Record<string, unknown>, ports: number[] = []) =>
  resource("docker:index/service:Service", {
    taskSpec: { containerSpec },
    endpointSpec: { ports: ports.map((publishedPort) => ({ publishedPort })) },
  });
const dockerContainer = (props: Record<string, unknown>) => resource("docker:index/container:Container", props);
const statefulSet = (container: Record<string, unknown>, spec: Record<string, unknown> = {}) =>
  resource("kubernetes:apps/v1:StatefulSet", { spec: { template: { spec: { containers: [container] } }, ...spec } });
const firewall = (ports: number[], allowFrom = ["10.0.0.0/8"], host = "a") =>
  resource("swarm:index:HostFirewall", { host, filter: { ports, allowFrom } });
/** Returns the service in a Swarm with these hosts. */
const onNodes = (keys: string[], one: PolicyResource, constraints: string[] = []): PolicyResource => {
  const spec = one.props["spec"] as { TaskTemplate: object };
  const TaskTemplate = { ...spec.TaskTemplate, Placement: { Constraints: constraints } };
  const nodes = Object.fromEntries(keys.map((key) => [key, { nodeId: `node-${key}` }]));
  return { ...one, props: { ...one.props, nodes, spec: { ...spec, TaskTemplate } } };
};
const onNetwork = (target: string, one: PolicyResource): PolicyResource => {
  const spec = one.props["spec"] as { TaskTemplate: object };
  const TaskTemplate = { ...spec.TaskTemplate, Networks: [{ Target: target }] };
  return { ...one, props: { ...one.props, spec: { ...spec, TaskTemplate } } };
};
const hostNetwork = resource("swarm:index:PredefinedNetwork", { name: "host" });
const macvlan = resource("swarm:index:ConfigFromNetwork", { driver: "macvlan" });
const instance = resource("aws:ec2/instance:Instance", {});
const joined = (hostKey: string, ...sources: PolicyResource[]) =>
  from("connection", sources, resource("swarm:index:Member", { role: "worker", hostKey }));
const settings = (key: string, labels: Record<string, string>) =>
  resource("swarm:index:NodeLabels", { nodeId: `node-${key}`, labels });
const labelled = (hostKey: string, labels: Record<string, string>) =>
  resource("swarm:index:Member", { role: "worker", hostKey, labels });
const workload = (type: string, spec: Record<string, unknown>) => resource(`kubernetes:${type}`, { spec });
const loadBalancer = (...loadBalancerSourceRanges: string[]) =>
  workload("core/v1:Service", { type: "LoadBalancer", loadBalancerSourceRanges });
const member = (role: string, parent = "swarm") => resource("swarm:index:Member", { role }, { parent });
const securityGroup = (...cidrBlocks: string[]) =>
  resource("aws:ec2/securityGroup:SecurityGroup", {
    ingress: [{ cidrBlocks }],
    egress: [{ cidrBlocks: ["0.0.0.0/0"] }],
  });

const STORE_ARGS = ["server", "--address", ":9000", "--console-address", ":9001"];
const GATEWAY_ARGS = ["haproxy", "-db", "-f", "/etc/pulumi-swarm/gateway.cfg"];

type Case = [string, PolicyResource[], RegExp | undefined];

/** Resources for each rule, and the violation that it must report, if any. */
const CASES: Record<string, Case[]> = {
  "encrypted-overlay": [
    ["an encrypted overlay", [network({ driver: "overlay", options: { encrypted: "" } })], undefined],
    ["encrypted set to true", [network({ driver: "overlay", options: { encrypted: "true" } })], undefined],
    ["no options", [network({ driver: "overlay" })], /not encrypted: set encrypted: true/],
    ["other options", [network({ driver: "overlay", options: { mtu: "1400" } })], /not encrypted/],
    ["encrypted set to false", [network({ driver: "overlay", options: { encrypted: "false" } })], /not encrypted/],
    ["a bridge, which is on one host", [network({ driver: "bridge" })], undefined],
    ["another resource", [resource("docker:index/volume:Volume", { driver: "overlay" })], undefined],
  ],
  "image-by-digest": [
    ["a digest", [swarmService({ Image: DIGEST })], undefined],
    ["an image id", [swarmService({ Image: `sha256:${"b".repeat(64)}` })], undefined],
    [
      "an image built by pulumi-swarm",
      [swarmService({ Image: "localhost:1/pulumi-swarm/minio:2026-02-12-0123456789ab" })],
      undefined,
    ],
    ["a tag", [swarmService({ Image: "silo:1" })], /^image "silo:1" has no digest/],
    ["latest", [swarmService({ Image: "silo:latest" })], /^image "silo:latest" is tagged "latest", which changes/],
    ["a docker.Service", [dockerService({ image: "caddy:2" })], /^image "caddy:2" has no digest/],
    ["a docker.Container", [dockerContainer({ image: "caddy:2" })], /has no digest/],
    ["a pod's container", [statefulSet({ image: "silo:1" })], /has no digest/],
    ["a pod's container by digest", [statefulSet({ image: DIGEST })], undefined],
    [
      "a pod's first container",
      [resource("kubernetes:core/v1:Pod", { spec: { initContainers: [{ image: "a:1" }], containers: [] } })],
      /image "a:1"/,
    ],
    ["a container without an image yet", [dockerContainer({})], undefined],
    ...(
      [
        ["a Job", "batch/v1:Job"],
        ["a ReplicaSet", "apps/v1:ReplicaSet"],
        ["a ReplicationController", "core/v1:ReplicationController"],
      ] as const
    ).map(([what, type]): Case => [
      what,
      [workload(type, { template: { spec: { containers: [{ image: "a:1" }] } } })],
      /image "a:1" has no digest/,
    ]),
    [
      "a CronJob",
      [
        workload("batch/v1:CronJob", {
          jobTemplate: { spec: { template: { spec: { containers: [{ image: "a:1" }] } } } },
        }),
      ],
      /image "a:1" has no digest/,
    ],
  ],
  "no-default-credentials": [
    ["a generated user", [resource("swarm:index:RootCredentials", {})], undefined],
    ["a chosen user", [resource("swarm:index:RootCredentials", { requestedUser: "keeper" })], undefined],
    [
      "the default user",
      [resource("swarm:index:RootCredentials", { requestedUser: "Admin" })],
      /^rootUser is a common name/,
    ],
    ["a file", [swarmService({ Env: ["MINIO_ROOT_PASSWORD_FILE=/run/secrets/root-password"] })], undefined],
    [
      "a password in the environment",
      [swarmService({ Env: ["MINIO_ROOT_PASSWORD=long-and-random"] })],
      /MINIO_ROOT_PASSWORD_FILE$/,
    ],
    [
      "the default user of a docker.Service",
      [dockerService({ env: { MINIO_ROOT_USER: "minioadmin" } })],
      /common user name that attackers try first/,
    ],
    ["a chosen user in the environment", [dockerService({ env: { MINIO_ROOT_USER: "keeper" } })], undefined],
    [
      "a default password of any container",
      [dockerContainer({ envs: ["POSTGRES_PASSWORD=changeme"] })],
      /common password that attackers try first/,
    ],
    ["another password of any container", [dockerContainer({ envs: ["POSTGRES_PASSWORD=3f8a=9c"] })], /as a file$/],
    ["a password without an underscore", [dockerContainer({ envs: ["PGPASSWORD=3f8a9c"] })], /^variable PGPASSWORD/],
    ["a variable that only turns passwords off", [dockerContainer({ envs: ["ALLOW_EMPTY_PASSWORD=yes"] })], undefined],
    ["an empty password", [dockerContainer({ envs: ["DB_PASSWORD="] })], undefined],
    [
      "a password's file",
      [swarmService({ Env: ["DB_PASSWORD_FILE=/run/secrets/db", "X_TOKEN=/run/secrets/x"] })],
      undefined,
    ],
    ["a secret's name", [swarmService({ Env: ["TLS_SECRET=web-tls"] })], undefined],
    [
      "an alias of mc",
      [swarmService({ Env: ["MC_HOST_x=http://minioadmin:minioadmin@store:9000"] })],
      /^variable MC_HOST_x: .*as a file$/,
    ],
    ["an alias of mc without credentials", [swarmService({ Env: ["MC_HOST_x=http://store:9000"] })], undefined],
    ["an AWS secret key", [swarmService({ Env: ["AWS_SECRET_ACCESS_KEY=wJalr"] })], /^variable AWS_SECRET_ACCESS_KEY/],
    ["an encryption key", [dockerService({ env: { MINIO_KMS_SECRET_KEY: "k:b64" } })], /MINIO_KMS_SECRET_KEY_FILE$/],
    ["a database URL", [dockerService({ env: { DATABASE_URL: "postgres://me:pw@db/x" } })], /^variable DATABASE_URL/],
    ["a password as an argument", [swarmService({ Args: ["--db-password=3f8a"] })], /^argument --db-password: /],
    [
      "a password in the next argument",
      [dockerContainer({ command: ["--secret-key", "3f8a"] })],
      /^argument --secret-key: /,
    ],
    ["a password's file as an argument", [swarmService({ Args: ["--password-file=/run/secrets/x"] })], undefined],
    ["a shell variable with a password", [dockerContainer({ command: ["sh", "-c", "app --password=$PW"] })], undefined],
    [
      "a variable in a shell command",
      [dockerContainer({ entrypoints: ["sh", "-c"], command: ["MINIO_ROOT_PASSWORD=3f8a minio server /data"] })],
      /^argument MINIO_ROOT_PASSWORD=…: /,
    ],
    [
      "an mc alias command",
      [swarmService({ Command: ["mc"], Args: ["alias", "set", "x", "http://store:9000", "keeper", "3f8a"] })],
      /^the password of mc alias set: /,
    ],
    [
      "a URL with credentials as an argument",
      [dockerService({ args: ["redis://:3f8a@db", "http://u:p@x"] })],
      /^a URL with/,
    ],
    [
      "a Job's variable",
      [
        workload("batch/v1:Job", {
          template: { spec: { containers: [{ env: [{ name: "A_PASSWORD", value: "x" }] }] } },
        }),
      ],
      /A_PASSWORD/,
    ],
    [
      "a pod's variable",
      [statefulSet({ env: [{ name: "MINIO_SECRET_KEY", value: "x" }] })],
      /^variable MINIO_SECRET_KEY/,
    ],
    [
      "a pod's variable from a secret",
      [statefulSet({ env: [{ name: "MINIO_SECRET_KEY", valueFrom: {} }] })],
      undefined,
    ],
  ],
  "odd-managers": [
    ["one manager", [member("manager")], undefined],
    [
      "three managers and a worker",
      [member("manager"), member("manager"), member("manager"), member("worker")],
      undefined,
    ],
    [
      "two managers",
      [member("manager"), member("manager")],
      /^2 managers tolerate no more failures than 1: use 1 or 3$/,
    ],
    ["four managers", Array.from({ length: 4 }, () => member("manager")), /use 3 or 5/],
    ["one manager in each of two Swarms", [member("manager", "red"), member("manager", "blue")], undefined],
    ["no Swarm", [], undefined],
  ],
  "protected-data": [
    ["a protected volume", [resource("docker:index/volume:Volume", {}, { isProtected: true })], undefined],
    ["a volume", [resource("docker:index/volume:Volume", {})], /protect: true/],
    ["an EBS volume", [resource("aws:ebs/volume:Volume", {})], /protect: true/],
    ["a persistent volume claim", [resource("kubernetes:core/v1:PersistentVolumeClaim", {})], /protect: true/],
    ["retained claims", [statefulSet({})], undefined],
    [
      "deleted claims",
      [statefulSet({}, { persistentVolumeClaimRetentionPolicy: { whenDeleted: "Delete", whenScaled: "Retain" } })],
      /^persistentVolumeClaimRetentionPolicy\.whenDeleted deletes/,
    ],
    ["a named volume", [swarmService({ Mounts: [{ Type: "volume", Source: "data", Target: "/data" }] })], undefined],
    [
      "a volume without a name",
      [swarmService({ Mounts: [{ Type: "volume", Target: "/data" }] })],
      /the volume at \/data is anonymous/,
    ],
    ["a tmpfs", [swarmService({ Mounts: [{ Type: "tmpfs", Target: "/tmp" }] })], undefined],
    [
      "one of a docker.Service",
      [dockerService({ mounts: [{ type: "volume", target: "/d" }] })],
      /the volume at \/d is anonymous/,
    ],
    [
      "one of a docker.Container",
      [dockerContainer({ mounts: [{ type: "volume", target: "/d" }] })],
      /\/d is anonymous/,
    ],
  ],
  "no-world-open-ports": [
    ["a security group with a private range", [securityGroup("10.0.0.0/8")], undefined],
    [
      "a security group open to all",
      [securityGroup("10.0.0.0/8", "0.0.0.0/0")],
      /open to the whole internet \(0\.0\.0\.0\/0\)/,
    ],
    [
      "a security group open to all of IPv6",
      [resource("aws:ec2/securityGroup:SecurityGroup", { ingress: [{ ipv6CidrBlocks: ["::/0"] }] })],
      /\(::\/0\)/,
    ],
    [
      "an egress rule for all",
      [resource("aws:ec2/securityGroupRule:SecurityGroupRule", { type: "egress", cidrBlocks: ["0.0.0.0/0"] })],
      undefined,
    ],
    [
      "an ingress rule for all",
      [resource("aws:ec2/securityGroupRule:SecurityGroupRule", { type: "ingress", cidrBlocks: ["0.0.0.0/0"] })],
      /open/,
    ],
    [
      "the newer rule",
      [resource("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", { cidrIpv4: "0.0.0.0/0" })],
      /open/,
    ],
    [
      "both halves of IPv4",
      [securityGroup("0.0.0.0/1", "128.0.0.0/1")],
      /open to the whole internet \(0\.0\.0\.0\/1, 128/,
    ],
    ["one half of IPv4", [securityGroup("128.0.0.0/1")], /open to the whole internet/],
    [
      "parts of IPv4 in several rules",
      [
        resource("aws:ec2/securityGroup:SecurityGroup", {
          ingress: Array.from({ length: 300 }, (_, at) => ({
            cidrBlocks: [`${20 + Math.floor(at / 128)}.${2 * (at % 128)}.0.0/15`],
          })),
        }),
      ],
      /open to the whole internet \(20\.0\.0\.0\/15, .*…\)/,
    ],
    [
      "the default group open to all",
      [resource("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", { ingress: [{ cidrBlocks: ["0.0.0.0/0"] }] })],
      /open to the whole internet/,
    ],
    ["a firewall with both halves of IPv6", [firewall([9000], ["::/1", "8000::/1"])], /open to the whole internet/],
    [
      "a firewall with both halves of IPv4",
      [firewall([9000], ["0.0.0.0/1", "128.0.0.0/1"])],
      /open to the whole internet/,
    ],
    ["a load balancer open to all", [loadBalancer("0.0.0.0/0")], /the load balancer is open to the whole internet/],
    [
      "a load balancer with both halves of IPv4",
      [loadBalancer("0.0.0.0/1", "128.0.0.0/1")],
      /the load balancer is open to the whole internet/,
    ],
    ["a firewall with a private range", [firewall([9000])], undefined],
    ["a firewall open to all", [firewall([9000], ["0.0.0.0/0"])], /open to the whole internet/],
    [
      "a load balancer",
      [resource("kubernetes:core/v1:Service", { spec: { type: "LoadBalancer" } })],
      /loadBalancerSourceRanges/,
    ],
    [
      "a load balancer with a private range",
      [
        resource("kubernetes:core/v1:Service", {
          spec: { type: "LoadBalancer", loadBalancerSourceRanges: ["10.0.0.0/8"] },
        }),
      ],
      undefined,
    ],
    [
      "a Kubernetes service inside the cluster",
      [resource("kubernetes:core/v1:Service", { spec: { type: "ClusterIP" } })],
      undefined,
    ],
  ],
  "no-unguarded-ports": [
    ["nothing published", [swarmService({})], undefined],
    ["published and protected by a firewall", [swarmService({}, [9000, 9001]), firewall([9000, 9001])], undefined],
    ["published", [swarmService({}, [9000, 9001])], /^ports 9000, 9001 are published on all addresses/],
    ["one of two ports protected", [swarmService({}, [9000, 9001]), firewall([9000])], /^ports 9001 are/],
    ["a docker.Service", [dockerService({}, [80])], /^ports 80 are/],
    ["a docker.Container on loopback", [dockerContainer({ ports: [{ external: 80, ip: "127.0.0.1" }] })], undefined],
    [
      "a docker.Container on all addresses",
      [dockerContainer({ ports: [{ external: 80, ip: "0.0.0.0" }] })],
      /^ports 80 are/,
    ],
    [
      "behind security groups",
      [onNodes(["a", "b"], swarmService({}, [9000])), instance, joined("a", instance), joined("b", instance)],
      undefined,
    ],
    [
      "an instance that is not a host",
      [onNodes(["a"], swarmService({}, [9000])), instance, joined("a")],
      /^ports 9000 are/,
    ],
    [
      "one host of two behind security groups",
      [onNodes(["a", "b"], swarmService({}, [9000])), instance, joined("a", instance), joined("b")],
      /^ports 9000 are/,
    ],
    [
      "one host of two behind security groups, the other with a firewall",
      [
        onNodes(["a", "b"], swarmService({}, [9000])),
        instance,
        joined("a", instance),
        joined("b"),
        firewall([9000], [], "b"),
      ],
      undefined,
    ],
    [
      "a firewall on another host",
      [onNodes(["a"], swarmService({}, [9000])), firewall([9000], [], "b")],
      /^ports 9000 are/,
    ],
    [
      "a firewall on one of two hosts",
      [onNodes(["a", "b"], swarmService({}, [9000])), firewall([9000])],
      /^ports 9000 are/,
    ],
    [
      "firewalls on both hosts",
      [onNodes(["a", "b"], swarmService({}, [9000])), firewall([9000]), firewall([9000], [], "b")],
      undefined,
    ],
    [
      "a firewall of its own component on its own hosts",
      [
        { ...onNodes(["a", "b"], swarmService({}, [9000])), parent: "urn::store" },
        { ...firewall([9000]), parent: "urn::store" },
      ],
      undefined,
    ],
    [
      "a firewall on the host that its constraints select",
      [
        onNodes(["a", "b"], swarmService({}, [9000]), ["node.labels.web==yes"]),
        ...[settings("a", { web: "yes" }), settings("b", { web: "no" }), firewall([9000])],
      ],
      undefined,
    ],
    [
      "a firewall on a host that its constraints exclude",
      [
        onNodes(["a", "b"], swarmService({}, [9000]), ["node.labels.web==yes"]),
        ...[settings("a", { web: "yes" }), settings("b", { web: "no" }), firewall([9000], [], "b")],
      ],
      /^ports 9000 are/,
    ],
    [
      "a firewall on the host with a label of its Host that its constraints select",
      [
        onNodes(["a", "b"], swarmService({}, [9000]), ["node.labels.web==yes"]),
        ...[labelled("a", { web: "yes" }), labelled("b", { web: "no" }), firewall([9000])],
      ],
      undefined,
    ],
    [
      "a firewall on another host than the one that its constraint names",
      [
        onNodes(["a", "b"], swarmService({}, [9000]), ["node.hostname==far"]),
        resource("swarm:index:Host", { key: "a", hostname: "far" }),
        firewall([9000], [], "b"),
      ],
      /^ports 9000 are/,
    ],
    [
      "the routing mesh, with a firewall on one of two hosts",
      [
        (() => {
          const one = onNodes(["a", "b"], swarmService({}), ["node.hostname==a"]);
          const EndpointSpec = { Ports: [{ PublishedPort: 9000, PublishMode: "ingress" }] };
          return { ...one, props: { ...one.props, spec: { ...(one.props["spec"] as object), EndpointSpec } } };
        })(),
        firewall([9000]),
      ],
      /^ports 9000 are/,
    ],
    [
      "a docker.Service, with a firewall on one of two hosts",
      [dockerService({}, [80]), joined("a"), joined("b"), firewall([80])],
      /^ports 80/,
    ],
    [
      "a port that Swarm chooses",
      [
        resource("swarm:index:Service", {
          spec: { TaskTemplate: { ContainerSpec: {} }, EndpointSpec: { Ports: [{ TargetPort: 80 }] } },
        }),
      ],
      /^ports chosen by the engine are published/,
    ],
    ["a port that Docker chooses", [dockerContainer({ ports: [{ internal: 80 }] })], /^ports chosen by the engine/],
    ["all ports of an image", [dockerContainer({ publishAllPorts: true })], /^ports chosen by the engine/],
    ["a docker.Container on its host's network", [dockerContainer({ networkMode: "host" })], /^is on the host network/],
    [
      "a docker.Service on its hosts' network",
      [
        resource("docker:index/service:Service", {
          taskSpec: { containerSpec: {}, networksAdvanceds: [{ name: "host" }] },
        }),
      ],
      /^is on the host network/,
    ],
    [
      "a SwarmService on its hosts' network",
      [onNetwork("host", swarmService({}))],
      /^is on the host network, with ports chosen by the engine/,
    ],
    [
      "a store on a HostNetwork",
      [hostNetwork, from("spec", [hostNetwork], swarmService({ Args: STORE_ARGS }))],
      /^is on the host network, with ports 9000, 9001 open on all/,
    ],
    [
      "a store on a HostNetwork, with a firewall",
      [
        hostNetwork,
        onNodes(["a"], from("spec", [hostNetwork], swarmService({ Args: STORE_ARGS }))),
        firewall([9000, 9001]),
      ],
      undefined,
    ],
    [
      "a service on a macvlan network",
      [macvlan, from("spec", [macvlan], swarmService({}))],
      /^is reachable on its macvlan network/,
    ],
    [
      "a docker.Container on an ipvlan network",
      (() => {
        const ipvlan = network({ driver: "ipvlan" });
        return [ipvlan, from("networksAdvanced", [ipvlan], dockerContainer({}))];
      })(),
      /^is reachable on its ipvlan network/,
    ],
    [
      "a service on an overlay network",
      (() => {
        const overlay = network({ driver: "overlay" });
        return [overlay, from("spec", [overlay], swarmService({}))];
      })(),
      undefined,
    ],
  ],
  "tls-outside-dev": [
    ["a store with TLS", [swarmService({ Args: [...STORE_ARGS, "--certs-dir", "/certs"] }, [9000])], undefined],
    [
      "a store in plain HTTP",
      [swarmService({ Args: STORE_ARGS }, [9000, 9001])],
      /the store's ports 9000, 9001 use plain HTTP/,
    ],
    ["a store that publishes nothing", [swarmService({ Args: STORE_ARGS })], undefined],
    ["the article's store", [dockerService({ args: ["server", "/data"] }, [9000])], /the store's ports 9000/],
    ["another server", [dockerService({ args: ["server"] }, [9000])], undefined],
    [
      "a store recognized by its command",
      [swarmService({ Command: ["minio", "server", "/data"] }, [9000])],
      /the store's ports 9000/,
    ],
    [
      "a store recognized by its program",
      [swarmService({ Command: ["minio", "server"] }, [9000])],
      /the store's ports 9000/,
    ],
    [
      "a store recognized by its variables",
      [swarmService({ Args: ["server"], Env: ["MINIO_VOLUMES=/data"] }, [9000])],
      /the store's ports 9000/,
    ],
    [
      "a store recognized by its entrypoint",
      [dockerContainer({ entrypoints: ["minio"], command: ["server", "/data"], ports: [{ external: 9000 }] })],
      /the store's ports 9000/,
    ],
    [
      "a store in a shell command",
      [dockerContainer({ command: ["sh", "-c", "exec minio server '/data'"], ports: [{ external: 9000 }] })],
      /the store's ports 9000/,
    ],
    [
      "a store in a shell command, with TLS",
      [dockerContainer({ command: ["sh", "-c", "minio server --certs-dir /c /data"], ports: [{ external: 9000 }] })],
      undefined,
    ],
    [
      "a store on a port that the engine chooses",
      [dockerContainer({ command: ["server", "/data"], ports: [{ internal: 9000 }] })],
      /the store's ports chosen by the engine use plain HTTP/,
    ],
    [
      "a container on its host's network",
      [dockerContainer({ command: ["server", "/data"], networkMode: "host" })],
      /the store's ports on the host network use plain HTTP/,
    ],
    [
      "a store on a HostNetwork",
      [hostNetwork, from("spec", [hostNetwork], swarmService({ Args: STORE_ARGS }))],
      /the store's ports on its host network use plain HTTP/,
    ],
    [
      "a store on a macvlan network",
      [macvlan, from("spec", [macvlan], swarmService({ Args: STORE_ARGS }))],
      /the store's ports on its macvlan network use plain HTTP/,
    ],
    [
      "a store on a HostNetwork with TLS",
      [hostNetwork, from("spec", [hostNetwork], swarmService({ Args: [...STORE_ARGS, "--certs-dir", "/certs"] }))],
      undefined,
    ],
    ["a gateway in plain HTTP", [swarmService({ Args: GATEWAY_ARGS, Secrets: [] }, [80])], /the gateway's ports 80/],
    [
      "a gateway with TLS",
      [swarmService({ Args: GATEWAY_ARGS, Secrets: [{ File: { Name: "/run/secrets/certificate.pem.key" } }] }, [443])],
      undefined,
    ],
  ],
};

describe.each(Object.entries(CASES))("%s", (rule, cases) => {
  test.each(cases)("%s", (_what, resources, line) => {
    expect(says(rule, ...resources)).toEqual(line === undefined ? [] : [expect.stringMatching(line)]);
  });

  test("has cases that pass and cases that fail", () => {
    expect(new Set(cases.map(([, , line]) => line === undefined)).size).toBe(2);
  });
});

test("every rule has cases", () => {
  expect(RULES.map(({ name }) => name)).toEqual(Object.keys(CASES));
});

test("a value that is unknown in a preview does not hide other resources from a rule", () => {
  class UnknownValueError extends Error {}
  const unknown = resource("swarm:index:Service", {
    get spec(): unknown {
      throw new UnknownValueError();
    },
  });
  for (const rule of ["no-unguarded-ports", "tls-outside-dev"]) {
    const { stack } = RULES.find(({ name }) => name === rule) as { stack: (all: PolicyResource[]) => object[] };
    const plain = onNetwork("host", called("other", swarmService({ Args: STORE_ARGS })));
    const onHosts = from("spec", [hostNetwork], plain);
    expect(stack([hostNetwork, unknown, onHosts])).toEqual([expect.objectContaining({ urn: onHosts.urn })]);
  }
});

test("a network that is unknown in a preview does not stop the TLS rule", () => {
  class UnknownValueError extends Error {}
  const unknown = {
    get Target(): unknown {
      throw new UnknownValueError();
    },
  };
  const service = (...Networks: object[]) =>
    resource("swarm:index:Service", {
      spec: { TaskTemplate: { ContainerSpec: { Args: STORE_ARGS }, Networks } },
    });
  expect(says("tls-outside-dev", service(unknown))).toEqual([]);
  expect(says("tls-outside-dev", service(unknown, { Target: "host" }))).toHaveLength(1);
});

test("does not show variables' values", () => {
  const lines = says(
    "no-default-credentials",
    swarmService({
      Env: ["MINIO_ROOT_PASSWORD=minioadmin", "DB_PASSWORD=changeme", "URL=http://u:pa55@x"],
      Args: ["--password=pa55", "--token", "pa55", "DB_PASSWORD=pa55", "http://u:pa55@x"],
    }),
  );
  expect(lines).toHaveLength(7);
  expect(lines.join()).not.toMatch(/minioadmin|changeme|pa55/);
});

describe("the policies", () => {
  const policies = swarmPolicies();

  test("have their rules' name, text and level, and a setting for development stacks if it matters", () => {
    expect(
      policies.map(({ name, description, enforcementLevel }) => ({ name, description, level: enforcementLevel })),
    ).toEqual(RULES.map(({ name, description, level }) => ({ name, description, level })));
    const configurable = policies.filter(({ configSchema }) => configSchema).map(({ name }) => name);
    expect(configurable).toEqual(["protected-data", "no-world-open-ports", "no-unguarded-ports", "tls-outside-dev"]);
  });

  test.each([
    ["prod", {}, 1],
    ["dev", {}, 0],
    ["lab", {}, 0],
    ["dev", { developmentStacks: [] }, 1],
    ["prod", { developmentStacks: ["prod"] }, 0],
  ])("in the stack %s with %j, reports unprotected data %i times", (stack, config, count) => {
    const policy = policies.find(({ name }) => name === "protected-data") as {
      validateResource: (...args: unknown[]) => void;
    };
    const found: string[] = [];
    const type = "docker:index/volume:Volume";
    const urn = `urn:pulumi:${stack}::shop::${type}::it`;
    const args = { type, urn, name: "it", props: {}, opts: { protect: false }, getConfig: () => config };
    policy.validateResource(args, (text: string) => found.push(text));
    expect(found).toHaveLength(count);
  });

  test("have a pack with the package's version", () => {
    const version = (file: string) =>
      (JSON.parse(readFileSync(join(ROOT, file), "utf8")) as { version: string }).version;
    expect(version("policy/pack/package.json")).toBe(version("package.json"));
  });
});
