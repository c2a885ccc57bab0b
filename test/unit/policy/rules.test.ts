import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { swarmPolicies } from "../../../policy/index.ts";
import type { PolicyResource } from "../../../policy/rule.ts";
import { RULES } from "../../../policy/rules.ts";
import { ROOT } from "../../../toolchain/cache.ts";
import { credentialCases } from "./credential-cases.ts";
import { dataCases } from "./data-cases.ts";
import { unguardedPortCases } from "./guard-cases.ts";
import { openPortCases } from "./port-cases.ts";
import {
  type Case,
  called,
  DIGEST,
  dockerContainer,
  dockerService,
  from,
  hostNetwork,
  member,
  network,
  onNetwork,
  resource,
  statefulSet,
  STORE_ARGS,
  swarmService,
  workload,
} from "./resources.ts";
import { tlsCases } from "./tls-cases.ts";

/** Returns a rule's violations for the resources, each alone and together as a stack. */
function says(name: string, ...resources: PolicyResource[]): string[] {
  const rule = RULES.find((one) => one.name === name);
  if (!rule) throw new Error(`there is no rule ${name}`);
  const ofEach = "resource" in rule ? resources.flatMap(rule.resource) : [];
  return [...ofEach, ...("stack" in rule ? rule.stack(resources).map(({ text }) => text) : [])];
}

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
    [
      "an imported network that is encrypted",
      [resource("swarm:index:Network", { spec: { Driver: "overlay", Options: { encrypted: "" } } })],
      undefined,
    ],
    [
      "an imported network that is not",
      [resource("swarm:index:Network", { spec: { Driver: "overlay" } })],
      /not encrypted/,
    ],
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
  "no-default-credentials": credentialCases,
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
  "protected-data": dataCases,
  "no-world-open-ports": openPortCases,
  "no-unguarded-ports": unguardedPortCases,
  "tls-outside-dev": tlsCases,
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
