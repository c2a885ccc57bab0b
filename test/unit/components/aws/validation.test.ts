import { expect, test } from "vitest";
import type { AwsHostsArgs } from "../../../../components/aws/args.ts";
import { validateAwsHosts, validateAwsMachines } from "../../../../components/aws/validation.ts";
import { formatIssue } from "../../../../core/input-validation-error.ts";

const KEY = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${"A".repeat(43)} me`;
const ZONES = { a: { zone: "eu-central-1a" }, b: { zone: "eu-central-1b" }, c: { zone: "eu-central-1c" } };
const sound: AwsHostsArgs = { managers: ZONES, publicKeys: [KEY] };

const linesOf = (args: AwsHostsArgs) =>
  [...validateAwsMachines(args), ...validateAwsHosts(args)].map((finding) => formatIssue("AwsHosts", finding));

const existing = {
  vpcId: "vpc-1",
  subnetIds: { "eu-central-1a": "s-a", "eu-central-1b": "s-b", "eu-central-1c": "s-c" },
};
const five = { ...ZONES, d: { zone: "eu-central-1a" }, e: { zone: "eu-central-1b" } };

test.each<[string, object]>([
  ["three managers over three zones", {}],
  ["five managers over three zones", { managers: five }],
  ["one manager, with allowZoneOutage", { managers: { a: ZONES.a }, allowZoneOutage: true }],
  ["workers", { workers: { d: { zone: "eu-central-1a", volumes: { d1: { sizeGiB: 500 }, d2: {} } } } }],
  ["an existing network", { network: existing }],
  [
    "a new network with its own address range",
    { network: { cidr: "10.0.0.0/16", subnets: { "eu-central-1a": "10.0.200.0/24" } } },
  ],
  ["private machines with NAT", { internet: "nat" }],
  ["S3 open to all addresses", { allowFrom: { s3: ["0.0.0.0/0"] } }],
  ["ssh from one address", { allowFrom: { ssh: ["192.0.2.7/32"] }, sshVia: "public-address" }],
  ["ssh from all addresses, with allowAnywhere", { allowFrom: { ssh: ["0.0.0.0/0"] }, allowAnywhere: ["ssh"] }],
  ["a load balancer", { loadBalancer: { ports: [443], from: ["0.0.0.0/0"], machines: ["a"] } }],
])("accepts %s", (_name, given) => expect(linesOf({ ...sound, ...given })).toEqual([]));

test.each<[object, string]>([
  [{ managers: {} }, "managers {}: must have at least one machine"],
  [{ workers: { a: ZONES.a } }, 'workers "a": is also a manager: a machine has one role'],
  [{ workers: { A_1: ZONES.a } }, 'workers "A_1": must be a lowercase DNS label'],
  [{ workers: { d: { zone: "europe" } } }, 'workers.d.zone "europe": must be an availability zone of a region'],
  [
    { workers: { d: { zone: "us-east-1a" } } },
    'zones ["eu-central-1a","eu-central-1b","eu-central-1c","us-east-1a"]: are in',
  ],
  [
    { workers: { d: { zone: "eu-central-1k" } } },
    'zones "eu-central-1k": gets no subnet, because only zones a to h do',
  ],
  [{ workers: { d: { ...ZONES.a, type: "big" } } }, 'workers.d.type "big": must be an instance type'],
  [{ workers: { d: { ...ZONES.a, rootSizeGiB: 4 } } }, "workers.d.rootSizeGiB 4: must be a whole number of GiB from 8"],
  [{ workers: { d: { ...ZONES.a, generation: "a b" } } }, 'workers.d.generation "a b": must be 1 to 63 letters'],
  [{ workers: { d: { ...ZONES.a, volumes: {} } } }, "workers.d.volumes {}: a host needs at least one drive"],
  [{ workers: { d: { ...ZONES.a, volumes: { D: {} } } } }, 'workers.d.volumes "D": a drive\'s key must be'],
  [
    { workers: { d: { ...ZONES.a, volumes: { d1: { sizeGiB: 0 } } } } },
    "workers.d.volumes.d1.sizeGiB 0: must be a whole",
  ],
  [
    { workers: { d: { ...ZONES.a, volumes: { d1: { iops: 100 } } } } },
    "workers.d.volumes.d1.iops 100: must be a whole",
  ],
  [
    { workers: { d: { ...ZONES.a, volumes: { d1: { throughput: 9999 } } } } },
    "workers.d.volumes.d1.throughput 9999: must be a whole",
  ],
  [{ managers: { a: ZONES.a } }, 'managers ["a"]: without zone eu-central-1a there is no quorum'],
  [
    { managers: { a: ZONES.a, b: ZONES.b, c: ZONES.a } },
    'managers ["a","b","c"]: without zone eu-central-1a there is no',
  ],
  [{ network: { cidr: "10.60.0.0" } }, 'network.cidr "10.60.0.0": has no prefix length'],
  [{ network: { cidr: "10.60.0.0/8" } }, 'network.cidr "10.60.0.0/8": has host bits set'],
  [{ network: { cidr: "10.0.0.0/8" } }, 'network.cidr "10.0.0.0/8": must be from /16 to /24'],
  [
    { network: { subnets: { "eu-central-1a": "10.61.0.0/24" } } },
    'network.subnets.eu-central-1a "10.61.0.0/24": is not within the VPC\'s 10.60.0.0/16',
  ],
  [
    { network: { subnets: { "eu-central-1a": "10.60.16.0/24" } } },
    'network.subnets.eu-central-1a "10.60.16.0/24": overlaps 10.60.16.0/20, a subnet of eu-central-1b',
  ],
  [
    {
      network: { vpcId: "vpc-1", subnetIds: { "eu-central-1a": "s" } },
      managers: { a: ZONES.a, b: ZONES.b },
      allowZoneOutage: true,
    },
    "network.subnetIds.eu-central-1b (not given): is missing: a machine is in that zone",
  ],
  [
    { allowFrom: { ssh: ["0.0.0.0/0"] } },
    'allowFrom.ssh[0] "0.0.0.0/0": opens ssh to the internet: give your own addresses',
  ],
  [{ allowFrom: { ssh: ["128.0.0.0/1"] } }, 'allowFrom.ssh[0] "128.0.0.0/1": opens ssh to the internet'],
  [{ allowFrom: { console: ["0.0.0.0/0"] } }, 'allowFrom.console[0] "0.0.0.0/0": opens console to the internet'],
  [
    { allowFrom: { console: ["0.0.0.0/0"] }, allowAnywhere: ["ssh"] },
    'allowFrom.console[0] "0.0.0.0/0": opens console to the internet',
  ],
  [{ allowFrom: { s3: ["me"] } }, 'allowFrom.s3[0] "me": has no prefix length'],
  [{ allowFrom: { ssh: ["::/0"] } }, 'allowFrom.ssh[0] "::/0": is IPv6'],
  [{ ports: { s3: 0 } }, "ports.s3 0: must be a whole number from 1 to 65535"],
  [{ loadBalancer: { ports: [], from: [] } }, "loadBalancer.ports []: must be at least one port"],
  [{ loadBalancer: { ports: [443, 443], from: [] } }, "loadBalancer.ports [443,443]: must be at least one port"],
  [
    { loadBalancer: { ports: [443], from: [], machines: ["x"] } },
    'loadBalancer.machines "x": is not a machine: choose one of a, b, c',
  ],
  [
    { network: existing, internet: "nat", loadBalancer: { ports: [443], from: [] } },
    "loadBalancer.subnetIds (not given): is required, because the machines' own subnets are not public",
  ],
  [{ publicKeys: [] }, "publicKeys []: must have at least one, for login by ssh"],
  [{ publicKeys: ["-----BEGIN OPENSSH PRIVATE KEY-----"] }, 'publicKeys[0] "…": must be a public key'],
  [{ user: "a b" }, 'user "a b": must be the name of a user'],
  [{ engineVersion: "28" }, 'engineVersion "28": must be a full version'],
  [{ engineRepository: "http://x/y" }, 'engineRepository "http://x/y": must be an https URL'],
  [{ sshVia: "public-address" }, 'sshVia "public-address": port 22 is not open'],
  [{ sshVia: "public-address", internet: "nat" }, 'sshVia "public-address": machines have none'],
  [{ sshVia: "session-manager", sessionManager: false }, 'sshVia "session-manager": sessionManager is false'],
  [{ sessionManager: false }, "sshVia (not given): machines cannot be reached"],
])("rejects %j", (given, line) => {
  expect(linesOf({ ...sound, ...given })).toEqual([expect.stringContaining(`AwsHosts: ${line}`)]);
});

test("limits a placement group to seven machines for each zone", () => {
  const managers = Object.fromEntries(Array.from({ length: 8 }, (_, at) => [`m${at}`, ZONES.a]));
  expect(linesOf({ ...sound, managers, allowZoneOutage: true })).toEqual([
    expect.stringContaining("has 8 in eu-central-1a: with spreadPlacement EC2 allows 7 in a zone"),
  ]);
});
