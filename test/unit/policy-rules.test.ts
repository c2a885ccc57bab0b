import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { swarmPolicies } from "../../components/policy/index.ts";
import type { RuledResource } from "../../components/policy/rule.ts";
import { RULES } from "../../components/policy/rules.ts";
import { ROOT } from "../../toolchain/cache.ts";

const DIGEST = `silo:1@sha256:${"a".repeat(64)}`;

const resource = (type: string, props: Record<string, unknown>, over: Partial<RuledResource> = {}): RuledResource => ({
  type,
  name: "it",
  urn: `urn:pulumi:prod::shop::${type}::it`,
  props,
  isProtected: false,
  ...over,
});

/** What a rule says of a resource; of a stack of these. */
function says(name: string, ...resources: RuledResource[]): string[] {
  const rule = RULES.find((one) => one.name === name);
  if (!rule) throw new Error(`there is no rule ${name}`);
  return "resource" in rule ? resources.flatMap(rule.resource) : rule.stack(resources).map(({ text }) => text);
}

const network = (props: Record<string, unknown>) => resource("docker:index/network:Network", props);
const swarmService = (container: Record<string, unknown>, ports: number[] = []) =>
  resource("pulumi-nodejs:dynamic/swarm:Service", {
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
const firewall = (ports: number[], allowFrom = ["10.0.0.0/8"]) =>
  resource("pulumi-nodejs:dynamic/swarm:HostFirewall", { filter: { ports, allowFrom } });
const member = (role: string, parent = "swarm") => resource("pulumi-nodejs:dynamic/swarm:Member", { role }, { parent });
const securityGroup = (...cidrBlocks: string[]) =>
  resource("aws:ec2/securityGroup:SecurityGroup", {
    ingress: [{ cidrBlocks }],
    egress: [{ cidrBlocks: ["0.0.0.0/0"] }],
  });

const STORE_ARGS = ["server", "--address", ":9000", "--console-address", ":9001"];
const GATEWAY_ARGS = ["--log.level=WARN", "--providers.file.filename=/etc/traefik/routes.json"];

type Case = [string, RuledResource[], RegExp | undefined];

/** By rule: what it is tried with, and what it says; nothing where nothing is wrong. */
const CASES: Record<string, Case[]> = {
  "encrypted-overlay": [
    ["an encrypted overlay", [network({ driver: "overlay", options: { encrypted: "" } })], undefined],
    ["encrypted in words", [network({ driver: "overlay", options: { encrypted: "true" } })], undefined],
    ["no options", [network({ driver: "overlay" })], /not encrypted: set encrypted: true/],
    ["other options", [network({ driver: "overlay", options: { mtu: "1400" } })], /not encrypted/],
    ["turned off in words", [network({ driver: "overlay", options: { encrypted: "false" } })], /not encrypted/],
    ["a bridge has no other hosts", [network({ driver: "bridge" })], undefined],
    ["another resource", [resource("docker:index/volume:Volume", { driver: "overlay" })], undefined],
  ],
  "image-by-digest": [
    ["a digest", [swarmService({ Image: DIGEST })], undefined],
    ["an id", [swarmService({ Image: `sha256:${"b".repeat(64)}` })], undefined],
    ["a tag", [swarmService({ Image: "silo:1" })], /^image "silo:1" has no digest/],
    ["latest", [swarmService({ Image: "silo:latest" })], /another image every time/],
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
  ],
  "no-default-credentials": [
    ["a generated user", [resource("pulumi-nodejs:dynamic/swarm:RootCredentials", {})], undefined],
    ["a user of one's own", [resource("pulumi-nodejs:dynamic/swarm:RootCredentials", { asked: "keeper" })], undefined],
    [
      "everybody's user",
      [resource("pulumi-nodejs:dynamic/swarm:RootCredentials", { asked: "Admin" })],
      /^rootUser is one/,
    ],
    ["a file", [swarmService({ Env: ["MINIO_ROOT_PASSWORD_FILE=/run/secrets/root-password"] })], undefined],
    [
      "a password in the environment",
      [swarmService({ Env: ["MINIO_ROOT_PASSWORD=long-and-random"] })],
      /MINIO_ROOT_PASSWORD_FILE$/,
    ],
    [
      "everybody's user of a docker.Service",
      [dockerService({ env: { MINIO_ROOT_USER: "minioadmin" } })],
      /tries this user first/,
    ],
    ["a user of one's own in the environment", [dockerService({ env: { MINIO_ROOT_USER: "keeper" } })], undefined],
    [
      "everybody's password of anything",
      [dockerContainer({ envs: ["POSTGRES_PASSWORD=changeme"] })],
      /tries this password first/,
    ],
    ["a better password of anything else", [dockerContainer({ envs: ["POSTGRES_PASSWORD=3f8a=9c"] })], undefined],
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
    ["one", [member("manager")], undefined],
    ["three, and workers", [member("manager"), member("manager"), member("manager"), member("worker")], undefined],
    ["two", [member("manager"), member("manager")], /^2 managers bear no more failures than 1: make it 1 or 3$/],
    ["four", Array.from({ length: 4 }, () => member("manager")), /make it 3 or 5/],
    ["one each of two Swarms", [member("manager", "red"), member("manager", "blue")], undefined],
    ["no Swarm", [], undefined],
  ],
  "protected-data": [
    ["a protected volume", [resource("docker:index/volume:Volume", {}, { isProtected: true })], undefined],
    ["a volume", [resource("docker:index/volume:Volume", {})], /protect: true/],
    ["a disk on AWS", [resource("aws:ebs/volume:Volume", {})], /protect: true/],
    ["a claim", [resource("kubernetes:core/v1:PersistentVolumeClaim", {})], /protect: true/],
    ["claims that stay", [statefulSet({})], undefined],
    [
      "claims that go",
      [statefulSet({}, { persistentVolumeClaimRetentionPolicy: { whenDeleted: "Delete", whenScaled: "Retain" } })],
      /^persistentVolumeClaimRetentionPolicy\.whenDeleted deletes/,
    ],
    ["a named volume", [swarmService({ Mounts: [{ Type: "volume", Source: "data", Target: "/data" }] })], undefined],
    [
      "a volume without a name",
      [swarmService({ Mounts: [{ Type: "volume", Target: "/data" }] })],
      /the volume at \/data has no name/,
    ],
    ["a temporary folder", [swarmService({ Mounts: [{ Type: "tmpfs", Target: "/tmp" }] })], undefined],
    [
      "one of a docker.Service",
      [dockerService({ mounts: [{ type: "volume", target: "/d" }] })],
      /the volume at \/d has no name/,
    ],
    ["one of a docker.Container", [dockerContainer({ mounts: [{ type: "volume", target: "/d" }] })], /\/d has no name/],
  ],
  "no-world-open-ports": [
    ["a group for some", [securityGroup("10.0.0.0/8")], undefined],
    ["a group for all", [securityGroup("10.0.0.0/8", "0.0.0.0/0")], /open to everybody \(0\.0\.0\.0\/0\)/],
    [
      "a group for all of IPv6",
      [resource("aws:ec2/securityGroup:SecurityGroup", { ingress: [{ ipv6CidrBlocks: ["::/0"] }] })],
      /\(::\/0\)/,
    ],
    [
      "a way out for all",
      [resource("aws:ec2/securityGroupRule:SecurityGroupRule", { type: "egress", cidrBlocks: ["0.0.0.0/0"] })],
      undefined,
    ],
    [
      "a way in for all",
      [resource("aws:ec2/securityGroupRule:SecurityGroupRule", { type: "ingress", cidrBlocks: ["0.0.0.0/0"] })],
      /open/,
    ],
    [
      "the newer rule",
      [resource("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", { cidrIpv4: "0.0.0.0/0" })],
      /open/,
    ],
    ["a firewall", [firewall([9000])], undefined],
    ["a firewall for all", [firewall([9000], ["0.0.0.0/0"])], /open to everybody/],
    [
      "a load balancer",
      [resource("kubernetes:core/v1:Service", { spec: { type: "LoadBalancer" } })],
      /loadBalancerSourceRanges/,
    ],
    [
      "a load balancer for some",
      [
        resource("kubernetes:core/v1:Service", {
          spec: { type: "LoadBalancer", loadBalancerSourceRanges: ["10.0.0.0/8"] },
        }),
      ],
      undefined,
    ],
    [
      "a service within the cluster",
      [resource("kubernetes:core/v1:Service", { spec: { type: "ClusterIP" } })],
      undefined,
    ],
  ],
  "no-unguarded-ports": [
    ["nothing published", [swarmService({})], undefined],
    ["published and guarded", [swarmService({}, [9000, 9001]), firewall([9000, 9001])], undefined],
    ["published", [swarmService({}, [9000, 9001])], /^ports 9000, 9001 are published on all addresses/],
    ["one of two guarded", [swarmService({}, [9000, 9001]), firewall([9000])], /^ports 9001 are/],
    ["a docker.Service", [dockerService({}, [80])], /^ports 80 are/],
    ["a docker.Container on loopback", [dockerContainer({ ports: [{ external: 80, ip: "127.0.0.1" }] })], undefined],
    [
      "a docker.Container on all addresses",
      [dockerContainer({ ports: [{ external: 80, ip: "0.0.0.0" }] })],
      /^ports 80 are/,
    ],
    ["behind security groups", [swarmService({}, [9000]), resource("aws:ec2/instance:Instance", {})], undefined],
  ],
  "tls-outside-dev": [
    ["a store in TLS", [swarmService({ Args: [...STORE_ARGS, "--certs-dir", "/certs"] }, [9000])], undefined],
    [
      "a store in plain HTTP",
      [swarmService({ Args: STORE_ARGS }, [9000, 9001])],
      /the store's ports 9000, 9001 speak plain HTTP/,
    ],
    ["a store that publishes nothing", [swarmService({ Args: STORE_ARGS })], undefined],
    ["the article's store", [dockerService({ args: ["server", "/data"] }, [9000])], /the store's ports 9000/],
    ["a server of something else", [dockerService({ args: ["server"] }, [9000])], undefined],
    ["a gateway in plain HTTP", [swarmService({ Args: GATEWAY_ARGS, Secrets: [] }, [80])], /the gateway's ports 80/],
    [
      "a gateway in TLS",
      [swarmService({ Args: GATEWAY_ARGS, Secrets: [{ File: { Name: "/run/secrets/key.pem" } }] }, [443])],
      undefined,
    ],
  ],
};

describe.each(Object.entries(CASES))("%s", (rule, cases) => {
  test.each(cases)("%s", (_what, resources, line) => {
    expect(says(rule, ...resources)).toEqual(line === undefined ? [] : [expect.stringMatching(line)]);
  });

  test("is tried with what passes and with what does not", () => {
    expect(new Set(cases.map(([, , line]) => line === undefined)).size).toBe(2);
  });
});

test("every rule is tried", () => {
  expect(RULES.map(({ name }) => name)).toEqual(Object.keys(CASES));
});

test("no value of a variable is named", () => {
  const lines = says(
    "no-default-credentials",
    swarmService({ Env: ["MINIO_ROOT_PASSWORD=minioadmin", "DB_PASSWORD=changeme"] }),
  );
  expect(lines).toHaveLength(2);
  expect(lines.join()).not.toMatch(/minioadmin|changeme/);
});

describe("as policies", () => {
  const policies = swarmPolicies();

  test("each has its rule's name, text and level, and can be told which stacks are of development where that matters", () => {
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
  ])("in the stack %s with %j, data without protection is found %i times", (stack, config, count) => {
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

  test("the pack has the package's version", () => {
    const version = (file: string) =>
      (JSON.parse(readFileSync(join(ROOT, file), "utf8")) as { version: string }).version;
    expect(version("policy/package.json")).toBe(version("package.json"));
  });
});
