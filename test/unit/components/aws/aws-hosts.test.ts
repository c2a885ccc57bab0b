import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { AwsHosts, type AwsHostsArgs } from "../../../../components/aws/index.ts";
import { SESSION_ACTIONS } from "../../../../components/aws/session-manager.ts";
import { awsCalls, awsOutputs } from "../../aws-mocks.ts";
import { type RegisteredResource, getErrorMessage, runProgram, getValue } from "../../harness.ts";

const KEY = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${"A".repeat(43)} me`;
const args: AwsHostsArgs = {
  managers: { a: { zone: "eu-central-1a" }, b: { zone: "eu-central-1b" }, c: { zone: "eu-central-1c" } },
  publicKeys: [KEY],
};
const workers = { d: { zone: "eu-central-1a", volumes: { d1: { sizeGiB: 500 }, d2: {} }, labels: { disk: "ssd" } } };

const answers = awsCalls();

const made = (given: Partial<AwsHostsArgs> = {}) =>
  runProgram(() => new AwsHosts("prod", { ...args, ...given }), { answers, outputs: awsOutputs });

const ofType = (resources: readonly RegisteredResource[], type: string) =>
  resources.filter((each) => each.type === type);
const inputsOf = (resources: readonly RegisteredResource[], type: string, name: string) =>
  ofType(resources, type).find((each) => each.name === name)?.inputs ?? {};
const keysOf = (resources: readonly RegisteredResource[]) =>
  resources.map(({ type, name }) => `${type.replace(/^aws:\w+\//, "").replace(/:.*$/, "")} ${name}`);

const GROUP = "aws:ec2/securityGroup:SecurityGroup";
const INSTANCE = "aws:ec2/instance:Instance";

/** Returns a group's ingress or egress rules, one line each. */
function rules(resources: readonly RegisteredResource[], name: string, direction: "ingress" | "egress"): string[] {
  const group = inputsOf(resources, GROUP, name);
  return ((group[direction] ?? []) as Record<string, unknown>[]).map((rule) => {
    const { protocol, fromPort, toPort, self, cidrBlocks = [], securityGroups = [] } = rule;
    const others = Object.keys(rule).filter((key) => !RULE.includes(key));
    expect(others).toEqual([]);
    expect(fromPort).toBe(toPort);
    return [protocol, fromPort, ...(self ? ["self"] : []), ...(cidrBlocks as []), ...(securityGroups as [])].join(" ");
  });
}
const RULE = ["description", "protocol", "fromPort", "toPort", "self", "cidrBlocks", "securityGroups"];

test("security groups allow only the Swarm's own traffic", async () => {
  const { resources } = await made();
  expect(ofType(resources, GROUP).map(({ name }) => name)).toEqual(["prod-members", "prod-managers"]);
  expect(rules(resources, "prod-members", "ingress")).toEqual([
    "tcp 7946 self",
    "udp 7946 self",
    "udp 4789 self",
    "50 0 self",
  ]);
  expect(rules(resources, "prod-members", "egress")).toEqual(["-1 0 0.0.0.0/0"]);
  expect(rules(resources, "prod-managers", "ingress")).toEqual(["tcp 2377 prod-members-id"]);
  expect(rules(resources, "prod-managers", "egress")).toEqual([]);
});

test("opens ports to the given addresses", async () => {
  const allowFrom = { s3: ["0.0.0.0/0"], console: ["192.0.2.0/24"], ssh: [pulumi.output("192.0.2.7/32")] };
  const loadBalancer = { ports: [443], from: ["198.51.100.0/24"], machines: ["a"] };
  const { resources } = await made({ allowFrom, loadBalancer });
  expect(rules(resources, "prod-members", "ingress").slice(4)).toEqual([
    "tcp 9000 0.0.0.0/0",
    "tcp 9001 192.0.2.0/24",
    "tcp 22 192.0.2.7/32",
  ]);
  expect(rules(resources, "prod-balancer", "ingress")).toEqual(["tcp 443 198.51.100.0/24"]);
  expect(rules(resources, "prod-balancer", "egress")).toEqual(["tcp 443 prod-members-id"]);
  expect(rules(resources, "prod-balanced", "ingress")).toEqual(["tcp 443 prod-balancer-id"]);
  expect(rules(resources, "prod-balanced", "egress")).toEqual([]);
});

test("managers, workers and load-balanced machines are in their security groups", async () => {
  const { resources } = await made({ workers, loadBalancer: { ports: [443], from: [], machines: ["a", "d"] } });
  const groupsOf = (name: string) => inputsOf(resources, INSTANCE, `prod-${name}`)["vpcSecurityGroupIds"];
  expect(groupsOf("a")).toEqual(["prod-members-id", "prod-managers-id", "prod-balanced-id"]);
  expect(groupsOf("b")).toEqual(["prod-members-id", "prod-managers-id"]);
  expect(groupsOf("d")).toEqual(["prod-members-id", "prod-balanced-id"]);
});

test("requires metadata tokens with one hop, and encrypts the root volume", async () => {
  const { resources } = await made();
  const instances = ofType(resources, INSTANCE);
  expect(instances).toHaveLength(3);
  for (const { inputs, secrets } of instances) {
    expect(inputs).toMatchObject({
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      rootBlockDevice: { encrypted: true, volumeType: "gp3", volumeSize: 20, deleteOnTermination: true },
      ...{
        ami: "ami-1",
        instanceType: "m7i-flex.large",
        placementGroup: "prod-managers",
        userDataReplaceOnChange: true,
      },
    });
    // User data contains the machine's private key.
    expect(secrets).toContain("userData");
  }
});

test("spreads managers, and places workers in partitions", async () => {
  const { resources } = await made({ workers });
  const groups = ofType(resources, "aws:ec2/placementGroup:PlacementGroup");
  expect(groups.map(({ name, inputs }) => [name, inputs["strategy"], inputs["partitionCount"]])).toEqual([
    ["prod-managers", "spread", undefined],
    ["prod-workers", "partition", 7],
  ]);
  const together = await made({ workers, spreadPlacement: false });
  expect(ofType(together.resources, "aws:ec2/placementGroup:PlacementGroup")).toEqual([]);
});

test("encrypts data volumes, creates them in the machine's zone and attaches them", async () => {
  const { value, resources } = await made({ workers });
  const volumes = ofType(resources, "aws:ebs/volume:Volume");
  expect(volumes.map(({ name }) => name)).toEqual(["prod-a-d1", "prod-b-d1", "prod-c-d1", "prod-d-d1", "prod-d-d2"]);
  expect(inputsOf(resources, "aws:ebs/volume:Volume", "prod-d-d1")).toMatchObject({
    ...{ availabilityZone: "eu-central-1a", type: "gp3", size: 500, iops: 3000, throughput: 125, encrypted: true },
  });
  expect(inputsOf(resources, "aws:ec2/volumeAttachment:VolumeAttachment", "prod-d-d2")).toMatchObject({
    ...{ instanceId: "prod-d-id", volumeId: "prod-d-d2-id", deviceName: "/dev/sdg", stopInstanceBeforeDetaching: true },
  });
  expect(value.hosts["d"]?.drives).toEqual({ d1: { path: "/mnt/d1" }, d2: { path: "/mnt/d2" } });
});

test("the machines' role allows only Session Manager", async () => {
  const { resources } = await made();
  const { policy } = inputsOf(resources, "aws:iam/rolePolicy:RolePolicy", "prod") as { policy: string };
  expect(JSON.parse(policy)).toMatchObject({ Statement: [{ Effect: "Allow", Action: SESSION_ACTIONS }] });
  expect(SESSION_ACTIONS.filter((action) => !/^ssmmessages:|^ssm:UpdateInstanceInformation$/.test(action))).toEqual([]);
  const without = await made({ sessionManager: false, allowFrom: { ssh: ["192.0.2.7/32"] } });
  expect(without.resources.filter(({ type }) => type.startsWith("aws:iam/"))).toEqual([]);
  expect(ofType(without.resources, INSTANCE).map(({ inputs }) => inputs["iamInstanceProfile"])).toEqual(
    Array(3).fill(undefined),
  );
});

test("creates a subnet in every zone, and NAT if requested", async () => {
  const networkOf = async (given: Partial<AwsHostsArgs>) =>
    keysOf((await made(given)).resources).filter((key) => /^(vpc|subnet|nat|eip|routeTable|internet)/.test(key));
  const direct = await networkOf({});
  expect(direct.filter((key) => key.startsWith("subnet"))).toEqual(
    ["a", "b", "c"].map((zone) => `subnet prod-public-eu-central-1${zone}`),
  );
  expect(direct.filter((key) => key.startsWith("eip"))).toEqual(["eip prod-a", "eip prod-b", "eip prod-c"]);
  const nat = await networkOf({ internet: "nat" });
  expect(nat.filter((key) => /^(natGateway|eip)/.test(key)).sort()).toEqual([
    "eip prod-nat-eu-central-1a",
    "natGateway prod-nat-eu-central-1a",
  ]);
  const each = await networkOf({ internet: "nat-per-zone" });
  expect(each.filter((key) => key.startsWith("natGateway"))).toHaveLength(3);
  const network = {
    vpcId: "vpc-9",
    subnetIds: { "eu-central-1a": "s-a", "eu-central-1b": "s-b", "eu-central-1c": "s-c" },
  };
  expect((await networkOf({ network, internet: "nat" })).filter((key) => !key.startsWith("eip"))).toEqual([]);
});

test("returns the hosts of SshHosts, connected by address or through Session Manager", async () => {
  const byAddress = await made({ allowFrom: { ssh: ["192.0.2.7/32"] }, workers, identityFile: "~/key" });
  const { managers, workers: others, list } = byAddress.value;
  expect([managers, others, list].map((hosts) => hosts.map(({ key }) => key))).toEqual([
    ["a", "b", "c"],
    ["d"],
    ["a", "b", "c", "d"],
  ]);
  const [host] = others;
  expect(await getValue(host!.hostname)).toBe("d");
  expect(host).toMatchObject({ zone: "eu-central-1a", labels: { disk: "ssd" } });
  expect(await getValue(host!.privateAddress)).toBe("private of prod-d");
  expect(await getValue(host!.endpointAddress)).toBe("public-prod-d");
  expect(await getValue(host!.engine)).toMatchObject({ host: "ssh://ubuntu@public-prod-d" });
  const bySession = await made();
  expect(await getValue(bySession.value.host("a").engine)).toMatchObject({ host: "ssh://ubuntu@prod-a-id" });
});

test("the load balancer forwards each port to its machines", async () => {
  const { value, resources } = await made({ loadBalancer: { ports: [443, 9000], from: [], machines: ["a", "b"] } });
  expect(
    keysOf(resources)
      .filter((key) => /^(targetGroupAttachment|listener)/.test(key))
      .sort(),
  ).toEqual([
    "listener prod-443",
    "listener prod-9000",
    ...["targetGroupAttachment prod-443-a", "targetGroupAttachment prod-443-b"],
    ...["targetGroupAttachment prod-9000-a", "targetGroupAttachment prod-9000-b"],
  ]);
  expect(await getValue(value.infrastructure.loadBalancerAddress!)).toBe("balancer.example");
});

test("rejects invalid arguments before it registers anything", async () => {
  expect(await getErrorMessage(() => new AwsHosts("prod", { ...args, managers: {} }))).toMatch(
    /^AwsHosts "prod": managers {}: must have at least one machine/,
  );
});

test("reports what the account lacks before it creates anything", async () => {
  const { resources } = await made({ defaults: { type: "t3.nano" } });
  expect(ofType(resources, "swarm:index:Assertion").map(({ inputs }) => inputs["errors"])).toEqual([
    ["a", "b", "c"].map((key) =>
      expect.stringContaining(`AwsMachines "prod": managers.${key}.type "t3.nano": has 512 MiB of memory`),
    ),
  ]);
  const silent = ofType(resources, "aws:ec2/vpc:Vpc");
  expect(silent.map(({ dependencies }) => dependencies)).toEqual([[expect.stringMatching(/Assertion::prod-account$/)]]);
});

test("reports an error from AWS in the same way", async () => {
  const none = () => {
    throw new Error("No valid credential sources found");
  };
  const { resources } = await runProgram(() => new AwsHosts("prod", args), { answers: none, outputs: awsOutputs });
  expect(ofType(resources, "swarm:index:Assertion").map(({ inputs }) => inputs["errors"])).toEqual([
    [expect.stringMatching(/^AwsMachines "prod": zones \(not given\): cannot be read from AWS/)],
  ]);
});

test("works in the preview of the first update, when nothing is known yet", async () => {
  const { value } = await runProgram(() => new AwsHosts("prod", { ...args, workers }), { answers, preview: true });
  expect(value.list.map(({ key }) => key)).toEqual(["a", "b", "c", "d"]);
});
