import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { findAwsPlugin } from "../../toolchain/aws-plugin.ts";
import { TestStack } from "../integration/stack.ts";
import { ec2, type Moto, putParameter, startMoto, x86Images } from "./moto.ts";

/** Runs `stacks/aws.ts` on an AWS mock, whose machines do not boot: everything except what happens on them. */
const plugin = findAwsPlugin();
const IMAGE = "/images/debian";
const NO_IMAGE = "/images/gone";
const KEY = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${"A".repeat(43)} me`;
const REGION = "eu-central-1";

let moto: Moto;
let stack: TestStack;

const zoneOf = (letter: string) => ({ zone: `${REGION}${letter}` });
const machines = {
  ...{ managers: { a: zoneOf("a"), b: zoneOf("b"), c: zoneOf("c") }, publicKeys: [KEY], imageParameter: IMAGE },
  defaults: { type: "t3.large", volumes: { d1: { sizeGiB: 10 }, d2: { sizeGiB: 10 } } },
  // moto has no placement groups.
  spreadPlacement: false,
};
const awsSettings = (given: object) => ({ ...machines, ...given });

beforeAll(async () => {
  if (!plugin) return;
  moto = await startMoto();
  const services = ["ec2", "iam", "ssm", "elbv2", "sts"].map((service) => [service, moto.endpoint]);
  stack = await TestStack.create({
    config: {
      // Instances are unreachable.
      timeoutSeconds: 5,
      ...{ stack: "aws", aws: machines, "aws:region": REGION, "aws:accessKey": "any", "aws:secretKey": "any" },
      ...{ "aws:skipCredentialsValidation": true, "aws:skipMetadataApiCheck": true },
      ...{ "aws:skipRequestingAccountId": true, "aws:endpoints": [Object.fromEntries(services)] },
    },
    plugins: [plugin],
  });
  const [image = ""] = await x86Images(moto.endpoint);
  await putParameter(moto.endpoint, IMAGE, image);
  await putParameter(moto.endpoint, NO_IMAGE, "ami-00000000000000000");
});
afterAll(() => {
  moto?.stop();
  stack?.remove();
});
beforeEach(({ skip }) => {
  if (!plugin) skip("the AWS plugin is missing: `npm run test:aws` builds it");
});

/** Counts the VPCs other than the default one. */
const vpcs = async () => [...(await ec2(moto.endpoint, "DescribeVpcs")).matchAll(/<isDefault>false</g)].length;

test.each<[string, Record<string, unknown>, RegExp[]]>([
  [
    "a region that has no such zones, and a type with too little memory",
    { "aws:region": "us-west-2", aws: awsSettings({ defaults: { type: "t3.nano" } }) },
    [/zones "eu-central-1a": is not a zone of the region in aws:region: choose one of us-west-2a/, /has 512 MiB of/],
  ],
  ["a region that does not exist", { "aws:region": "eu-central-9" }, [/the AWS region is missing or invalid: check/]],
  [
    "no such parameter, and no such type",
    { aws: awsSettings({ imageParameter: "/no/such", defaults: { type: "t3.gigantic" } }) },
    [
      /imageParameter "\/no\/such": does not exist in this region/,
      /managers\.a\.type "t3\.gigantic": is not available in this region/,
    ],
  ],
  [
    "no such image",
    { aws: awsSettings({ imageParameter: NO_IMAGE }) },
    [/imageParameter "\/images\/gone": contains an image id that does not exist/],
  ],
  ["no credentials", { "aws:accessKey": undefined, "aws:secretKey": undefined }, [/no AWS credentials were found/]],
])("%s: refused with one line for each problem, before anything is created", async (_name, config, lines) => {
  const before: Record<string, unknown> = { "aws:region": REGION, "aws:accessKey": "any", "aws:secretKey": "any" };
  for (const [key, value] of Object.entries(config)) stack.config(key, value);
  const { output } = await stack.expectFailure("up");
  for (const [key, value] of Object.entries({ ...before, aws: machines })) stack.config(key, value);
  for (const line of lines) expect(output.split("\n").filter((text) => line.test(text))).not.toEqual([]);
  expect(await vpcs()).toBe(0);
});

test("a preview shows machines, Swarm, network and store", async () => {
  const names = (await stack.preview()).steps.map(({ op, name }) => `${op} ${name}`);
  const shown = [
    "hosts",
    "hosts-a",
    "hosts-c-d2",
    "hosts-inspection",
    "swarm-cluster",
    "network-network",
    "minio-main",
  ];
  expect(names).toEqual(expect.arrayContaining(shown.map((name) => `create ${name}`)));
});

test("up creates the machines and fails because they do not boot; only the resources on them remain to be created", async () => {
  const { output } = await stack.expectFailure("up");
  expect(output).toMatch(/host a: Docker Engine at ssh:\/\/ubuntu@i-.* ~\/\.ssh\/config needs `Host i-\*`/);
  expect(await vpcs()).toBe(1);
  const { steps } = await stack.preview();
  expect(steps.filter(({ type }) => type.startsWith("aws:"))).toEqual([]);
  expect(new Set(steps.map(({ op }) => op))).toEqual(new Set(["create"]));
});
