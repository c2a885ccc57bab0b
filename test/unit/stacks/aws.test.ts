import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, afterEach, expect, test } from "vitest";
import { parse } from "yaml";
import { createAwsStack } from "../../../stacks/aws.ts";
import { createLocalStack } from "../../../stacks/local.ts";
import { readSettings } from "../../../stacks/settings.ts";
import { ROOT } from "../../../toolchain/cache.ts";
import { awsCalls, awsOutputs } from "../aws-mocks.ts";
import { configure, getErrorMessage, type RegisteredResource, runProgram, getValue } from "../harness.ts";

const KEY = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${"A".repeat(43)} me`;
const folder = mkdtempSync(join(tmpdir(), "stack-aws-"));
const keyFile = join(folder, "key.pub");
writeFileSync(keyFile, `${KEY}\n`);
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => pulumi.runtime.setAllConfig({}));

const managers = { a: { zone: "us-east-1a" }, b: { zone: "us-east-1b" }, c: { zone: "us-east-1c" } };
const machines = { managers, publicKeys: [KEY] };

/** Sets the config of a stack, and reads the settings from it. */
function settingsOf(given: Record<string, unknown>) {
  configure({ stack: "aws", ...given });
  return readSettings();
}

const made = (given: Record<string, unknown>) =>
  runProgram(() => createAwsStack(settingsOf(given)), { answers: awsCalls("us-east-1"), outputs: awsOutputs });

const ofType = (resources: readonly RegisteredResource[], type: string) =>
  resources.filter((each) => each.type === type);
const network = (resources: readonly RegisteredResource[]) => {
  const [found] = ofType(resources, "docker:index/network:Network");
  return (found?.inputs["options"] ?? {}) as Record<string, string>;
};

/** The example, with an existing key. */
function example(): Record<string, unknown> {
  const { config } = parse(readFileSync(join(ROOT, "Pulumi.prod.yaml"), "utf8")) as { config: Record<string, unknown> };
  const own = Object.entries(config).flatMap(([key, value]) => {
    const [namespace, name] = key.split(":");
    return namespace === "pulumi-swarm" && name !== undefined ? [[name, value] as const] : [];
  });
  const settings = Object.fromEntries(own) as { aws: object };
  return { ...settings, aws: { ...settings.aws, publicKeyFiles: [keyFile] } };
}

test("the example is valid, and has the machines and volumes whose costs docs/aws.md lists", async () => {
  const { resources, value } = await made(example());
  const instances = ofType(resources, "aws:ec2/instance:Instance");
  expect(instances.map(({ inputs }) => inputs["instanceType"])).toEqual(Array(3).fill("m7i-flex.large"));
  const roots = instances.map(({ inputs }) => (inputs["rootBlockDevice"] as { volumeSize: number }).volumeSize);
  const volumes = ofType(resources, "aws:ebs/volume:Volume").map(({ inputs }) => inputs["size"] as number);
  expect([roots, volumes]).toEqual([Array(3).fill(20), Array(6).fill(100)]);
  expect(ofType(resources, "aws:ec2/eip:Eip")).toHaveLength(3);
  const others = ["aws:ec2/natGateway:NatGateway", "aws:lb/loadBalancer:LoadBalancer"];
  expect(resources.filter(({ type }) => others.includes(type))).toEqual([]);
  expect(Object.keys(value.nodes)).toEqual(["a", "b", "c"]);
});

test("has the same outputs as every other kind of stack", async () => {
  const here = await made({ aws: machines });
  pulumi.runtime.setAllConfig({});
  const there = await runProgram(() => createLocalStack(readSettings()), { outputs: awsOutputs });
  expect(Object.keys(here.value).sort()).toEqual(Object.keys(there.value).sort());
  expect(Object.keys(await getValue(here.value.endpoints))).toEqual(["a", "b", "c"]);
});

test("gives the overlay network the MTU of a VPC, unless mtu is set", async () => {
  expect(network((await made({ aws: machines })).resources)).toMatchObject({ "com.docker.network.driver.mtu": "9001" });
  const narrow = await made({ aws: machines, mtu: 1500 });
  expect(network(narrow.resources)).not.toMatchObject({ "com.docker.network.driver.mtu": "9001" });
});

test("opens to clients the ports that the store publishes", async () => {
  const allowFrom = { s3: ["198.51.100.0/24"], console: ["192.0.2.0/24"] };
  const { resources } = await made({ aws: { ...machines, allowFrom }, port: 443 });
  const members = ofType(resources, "aws:ec2/securityGroup:SecurityGroup").find(({ name }) => name === "hosts-members");
  const rules = members?.inputs["ingress"] as { fromPort: number; cidrBlocks?: string[] }[];
  expect(rules.flatMap(({ fromPort, cidrBlocks }) => cidrBlocks?.map((cidr) => `${fromPort} ${cidr}`) ?? [])).toEqual([
    "443 198.51.100.0/24",
    "9001 192.0.2.0/24",
  ]);
});

test("the availability of a machine reaches its node", async () => {
  const workers = { d: { zone: "us-east-1a", availability: "drain" } };
  const { resources } = await made({ aws: { ...machines, workers } });
  const members = ofType(resources, "swarm:index:Member");
  expect(members.map(({ inputs }) => inputs["availability"])).toEqual([undefined, undefined, undefined, "drain"]);
});

test("tags everything with its stack", async () => {
  const { resources } = await made({ aws: { ...machines, tags: { team: "storage" } } });
  const [vpc] = ofType(resources, "aws:ec2/vpc:Vpc");
  expect(vpc?.inputs["tags"]).toEqual({ Name: "hosts", "pulumi-swarm": "project/stack", team: "storage" });
});

test("uses an existing VPC", async () => {
  const subnetIds = { "us-east-1a": "s-a", "us-east-1b": "s-b", "us-east-1c": "s-c" };
  const { resources } = await made({ aws: { ...machines, existingNetwork: { vpcId: "vpc-9", subnetIds } } });
  expect(ofType(resources, "aws:ec2/vpc:Vpc")).toEqual([]);
  expect(ofType(resources, "aws:ec2/instance:Instance").map(({ inputs }) => inputs["subnetId"])).toEqual([
    ...["s-a", "s-b", "s-c"],
  ]);
});

test.each<[Record<string, unknown>, string]>([
  [{}, "config pulumi-swarm:aws: is missing: give the machines of the stack"],
  [{ aws: machines, hosts: { a: { address: "x" } } }, "config pulumi-swarm:hosts: does not apply to a stack of"],
  [{ aws: machines, drives: { d1: {} } }, "config pulumi-swarm:drives: does not apply to a stack of kind aws"],
  [{ aws: { managers: { a: {} } } }, "config pulumi-swarm:aws.managers.a.zone: is missing"],
  [
    { aws: { ...machines, managers: { a: { zone: "us-east-1a", size: 3 } } } },
    "config pulumi-swarm:aws.managers.a.size: there is no such setting: choose one of type, rootSizeGiB, volumes, labels",
  ],
  [
    { aws: { ...machines, defaults: { volumes: { d1: { size: 3 } } } } },
    'config pulumi-swarm:aws.defaults.volumes.d1.size: there is no such setting: did you mean "sizeGiB"?',
  ],
  [
    { aws: { ...machines, allowFrom: { http: [] } } },
    "config pulumi-swarm:aws.allowFrom.http: there is no such setting: choose one of s3, console, ssh",
  ],
  [{ aws: { ...machines, internet: "dsl" } }, "config pulumi-swarm:aws.internet: expected"],
  [
    { aws: { ...machines, network: {}, existingNetwork: { vpcId: "v", subnetIds: {} } } },
    "config pulumi-swarm:aws.network: cannot be combined with existingNetwork: remove one of them",
  ],
  [
    { aws: { managers, publicKeyFiles: ["/no/such.pub"] } },
    'config pulumi-swarm:aws.publicKeyFiles[0] "/no/such.pub": cannot be read',
  ],
  [{ aws: { managers } }, 'AwsHosts "hosts": publicKeys []: must have at least one, for login by ssh'],
  [{ aws: machines, port: 0 }, 'AwsHosts "hosts": ports.s3 0: must be a whole number from 1 to 65535'],
])("rejects %j in one line", async (given, line) => {
  const said = await getErrorMessage(() => createAwsStack(settingsOf(given)));
  expect(said).toContain(line);
  expect(said).not.toContain("\n");
});

test("a stack of another kind rejects aws", async () => {
  expect(await getErrorMessage(() => createLocalStack(settingsOf({ stack: "local", aws: machines })))).toMatch(
    /^config pulumi-swarm:aws: does not apply to a stack of kind local/,
  );
});
