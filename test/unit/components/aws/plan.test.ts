import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { validateAccount } from "../../../../components/aws/account.ts";
import { zonesWithQuorum } from "../../../../components/aws/quorum.ts";
import { describeAwsError } from "../../../../components/aws/lookups.ts";
import { securityRules } from "../../../../components/aws/security-rules.ts";
import { hasSubnet, subnetOf } from "../../../../components/aws/subnets.ts";
import { type FirstBoot, userData, volumeDevice } from "../../../../components/aws/user-data.ts";
import { LaunchSnapshot } from "../../../../provider/state/launch-snapshot.ts";
import { HostKey } from "../../../../provider/hosts/host-key.ts";
import { Assertion } from "../../../../provider/state/assertion.ts";
import { formatIssue } from "../../../../core/input-validation-error.ts";

test.each([
  ["a", "a"],
  ["aaa", "a"],
  ["aab", "a"],
  ["abc", ""],
  ["aabb", "ab"],
  ["aabbc", ""],
  ["aaabc", "a"],
  ["aaabbcc", ""],
])("managers in the zones %s lose their quorum with the zones %j", (zones, lost) => {
  expect(zonesWithQuorum([...zones]).join("")).toBe(lost);
});

test.each([
  ["10.60.0.0/16", "eu-central-1a", "public", "10.60.0.0/20"],
  ["10.60.0.0/16", "eu-central-1c", "public", "10.60.32.0/20"],
  ["10.60.0.0/16", "eu-central-1a", "private", "10.60.128.0/20"],
  ["10.60.0.0/16", "us-east-1h", "private", "10.60.240.0/20"],
  ["192.168.240.0/22", "us-east-1b", "private", "192.168.242.64/26"],
  ["172.31.9.0/24", "us-east-1h", "private", "172.31.9.240/28"],
] as const)("VPC %s: zone %s has the %s subnet %s", (vpc, zone, kind, subnet) => {
  expect(subnetOf(vpc, zone, kind)).toBe(subnet);
});

test("assigns a subnet to the zones a to h", () => {
  expect(["us-east-1a", "us-east-1h"].map(hasSubnet)).toEqual([true, true]);
  expect(["us-east-1i", "us-east-1", ""].map(hasSubnet)).toEqual([false, false, false]);
});

const machines = { managers: { a: { zone: "eu-central-1a" } }, publicKeys: [] };
const line = (rule: { protocol: string; port: number; from: unknown }) =>
  `${rule.protocol} ${rule.port} from ${Array.isArray(rule.from) ? rule.from.join(",") : String(rule.from)}`;

test("opens no port to the outside by default", () => {
  const { members, managers, balanced, loadBalancer } = securityRules(machines);
  expect(members.map(line)).toEqual([
    "tcp 7946 from members",
    "udp 7946 from members",
    "udp 4789 from members",
    "50 0 from members",
  ]);
  expect(managers.map(line)).toEqual(["tcp 2377 from members"]);
  expect([balanced, loadBalancer]).toEqual([[], []]);
});

test("opens the given ports to the given addresses", () => {
  const allowFrom = { s3: ["192.0.2.0/24"], console: ["192.0.2.1/32"], ssh: ["192.0.2.2/32", "192.0.2.3/32"] };
  const loadBalancer = { ports: [443, 9000], from: ["198.51.100.0/24"] };
  const rules = securityRules({ ...machines, allowFrom, ports: { s3: 443 }, loadBalancer });
  expect(rules.members.slice(4).map(line)).toEqual([
    "tcp 443 from 192.0.2.0/24",
    "tcp 9001 from 192.0.2.1/32",
    "tcp 22 from 192.0.2.2/32,192.0.2.3/32",
  ]);
  expect(rules.managers.map(line)).toEqual(["tcp 2377 from members"]);
  expect(rules.balanced.map(line)).toEqual(["tcp 443 from load balancer", "tcp 9000 from load balancer"]);
  expect(rules.loadBalancer.map(line)).toEqual(["tcp 443 from 198.51.100.0/24", "tcp 9000 from 198.51.100.0/24"]);
});

const boot: FirstBoot = {
  hostname: "node-1",
  user: "ubuntu",
  publicKeys: ["ssh-ed25519 AAAA me"],
  hostKey: { privateKey: "-----BEGIN\nkey\n", publicKey: "ecdsa-sha2-nistp256 AAAA" },
  engineVersion: "28.5.2",
  engineRepository: "https://packages.example/docker",
  volumes: { "/mnt/d1": "vol-0a1b", "/mnt/d2": "vol-2c3d" },
  generation: "7",
};

interface CloudConfig {
  hostname: string;
  ssh_keys: Record<string, string>;
  ssh_authorized_keys: string[];
  write_files: { path: string; content: string }[];
  runcmd: string[][];
}

const parsed = (text: string) => JSON.parse(text.replace(/^#.*$/gm, "")) as CloudConfig;

test("user data sets the hostname, the keys, Docker and the volumes", () => {
  const text = userData(boot);
  expect(text.split("\n").slice(0, 2)).toEqual(["#cloud-config", "# generation 7"]);
  const config = parsed(text);
  expect(config).toMatchObject({
    hostname: "node-1",
    ssh_authorized_keys: ["ssh-ed25519 AAAA me"],
    ssh_keys: { ecdsa_private: "-----BEGIN\nkey\n", ecdsa_public: "ecdsa-sha2-nistp256 AAAA" },
  });
  const [, setup] = config.write_files;
  expect(config.runcmd).toEqual([[setup?.path]]);
  expect(setup?.content).toContain("docker-ce='5:28.5.2-*' docker-ce-cli='5:28.5.2-*'");
  expect(setup?.content).toContain("repository='https://packages.example/docker'/$ID");
  expect(setup?.content.match(/^mount_volume .*$/gm)).toEqual([
    "mount_volume '/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0a1b' '/mnt/d1'",
    "mount_volume '/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol2c3d' '/mnt/d2'",
  ]);
});

test("user data of a machine with the most volumes and keys fits EC2's limit", () => {
  const most = Object.fromEntries([..."fghijklmnop"].map((letter) => [`/mnt/${letter}`, `vol-${letter.repeat(17)}`]));
  const keys = Array.from({ length: 8 }, () => `ssh-rsa ${"A".repeat(560)} somebody`);
  // EC2's limit in bytes.
  expect(userData({ ...boot, volumes: most, publicKeys: keys }).length).toBeLessThan(16_384);
});

test("the setup script is valid shell", () => {
  const [, setup] = parsed(userData(boot)).write_files;
  expect(execFileSync("sh", ["-n"], { input: setup?.content, encoding: "utf8" })).toBe("");
});

test("finds a volume's device by the volume's id", () => {
  expect(volumeDevice("vol-0abc")).toBe("/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0abc");
});

test("ssh-keygen derives the published key from the generated host key", async () => {
  const { outs } = await HostKey.create({ hostname: "a" });
  const folder = mkdtempSync(join(tmpdir(), "host-key-"));
  try {
    const file = join(folder, "key");
    writeFileSync(file, outs.privateKey, { mode: 0o600 });
    expect(execFileSync("ssh-keygen", ["-y", "-f", file], { encoding: "utf8" }).trim()).toBe(outs.publicKey);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const first = { image: "ami-1", userData: "one", generation: "1" };
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

test.each<[string, Partial<typeof first>, object, object]>([
  ["takes the first values", {}, first, first],
  ["ignores newer values", first, { ...first, image: "ami-2", userData: "two" }, first],
  ["ignores values that are not known yet", first, { ...first, image: unknown }, first],
  [
    "takes newer values with a new generation",
    first,
    { image: "ami-2", userData: "two", generation: "2" },
    { image: "ami-2", userData: "two", generation: "2" },
  ],
  [
    "takes values that were unknown before",
    { ...first, image: unknown },
    { ...first, image: "ami-2" },
    { ...first, image: "ami-2" },
  ],
])("a blueprint: %s", async (_name, olds, news, kept) => {
  const { inputs, failures } = await LaunchSnapshot.check!(olds, news as typeof first);
  expect({ inputs, failures }).toEqual({ inputs: kept, failures: [] });
  const { changes } = await LaunchSnapshot.diff("id", first, inputs);
  expect(changes).toBe(JSON.stringify(inputs) !== JSON.stringify(first));
});

const account = {
  zones: ["eu-central-1a", "eu-central-1b"],
  image: { id: "ami-1", architecture: "x86_64" },
  types: {
    "t3.nano": { memoryMiB: 512, architectures: ["x86_64"] },
    "t3.small": { memoryMiB: 2048, architectures: ["x86_64"] },
    "t4g.small": { memoryMiB: 2048, architectures: ["arm64"] },
  },
};

test.each([
  [["eu-central-1a"], "t3.small", undefined],
  [["us-east-1a"], "t3.small", 'zones "us-east-1a": is not a zone of the region in aws:region: choose one of eu-cen'],
  [["eu-central-1a"], "t3.nano", 'managers.a.type "t3.nano": has 512 MiB of memory: choose a type with 2048 or more'],
  [
    ["eu-central-1a"],
    "t4g.small",
    'managers.a.type "t4g.small": has architecture arm64, but the image of /image has x86_64',
  ],
])("checks an account for the zones %j and the type %s", (zones, type, problem) => {
  const asked = { zones, types: { "managers.a.type": type }, imageParameter: "/image" };
  const lines = validateAccount(asked, account).map((finding) => formatIssue("AwsMachines", finding));
  expect(lines).toEqual(problem === undefined ? [] : [expect.stringContaining(problem)]);
});

test("reports all other issues for an unknown type and without an image", () => {
  const types = { "managers.a.type": "t3.gigantic", "workers.d.type": "t3.nano" };
  const asked = { zones: ["us-east-1a"], types, imageParameter: "/image" };
  const lines = validateAccount(asked, { ...account, image: undefined }).map((finding) => finding.argument);
  expect(lines).toEqual(["zones", "workers.d.type"]);
});

test.each([
  ["No valid credential sources found", "no AWS credentials were found"],
  ["api error InvalidClientTokenId: The security token", "AWS rejects these credentials"],
  ["api error UnauthorizedOperation: You are not\nauthorized", "this user is not allowed to read it: api error Unauth"],
  ["reading SSM Parameter (/x): couldn't find resource", "does not exist in this region"],
  ["api error InvalidInstanceType: x9", "is not available in this region"],
  ["Your query returned no results.", "contains an image id that does not exist in this region"],
  ["invalid AWS Region: eu-x", "the AWS region is missing or invalid: check `pulumi config get aws:region`"],
  ["something\nelse", "cannot be read from AWS: something else"],
])("shortens AWS's error %j to one line", (text, said) => {
  expect(describeAwsError(text)).toMatch(/^[^\n]*$/);
  expect(describeAwsError(text)).toContain(said);
});

test("a failed assertion prevents the creation of dependent resources", async () => {
  const failuresOf = async (errors: unknown) =>
    (await Assertion.check!({}, { errors } as { errors: string[] })).failures;
  expect(await failuresOf([])).toEqual([]);
  expect(await failuresOf(unknown)).toEqual([]);
  expect(await failuresOf(["one", "two"])).toEqual([
    { property: "", reason: "one" },
    { property: "", reason: "two" },
  ]);
});
