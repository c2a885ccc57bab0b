import * as pulumi from "@pulumi/pulumi";
import {
  type Drive,
  Host,
  MinioService,
  type MinioServiceArgs,
  OverlayNetwork,
  type OverlayNetworkArgs,
  Swarm,
  type SwarmArgs,
} from "../../../components/index.ts";
import { fakeNetwork } from "../harness.ts";
import type { ExpectedRefusal } from "./expected-refusal.ts";

/** Invalid arguments of a component. */
export interface InvalidArguments extends ExpectedRefusal {
  /** Creates the component; throws. */
  create(name: string): unknown;
}

export const INVALID_ARGUMENTS: InvalidArguments[] = [
  {
    what: "a host key that is not a DNS label",
    create: (name) => new Host(name, { key: "My Laptop" }),
    argument: "key",
    value: '"My Laptop"',
    fix: "lowercase DNS label",
  },
  {
    what: "a node label with a space",
    create: (name) => new Host(name, { labels: { "disk type": "ssd" } }),
    argument: "labels",
    value: '"disk type"',
    fix: "without spaces and =",
  },
  {
    what: "a Swarm without managers",
    create: (name) => new Swarm(name, { managers: [] }),
    argument: "managers",
    value: "[]",
    fix: "managers: [host]",
  },
  {
    what: "two hosts with the same key",
    create: (name) => new Swarm(name, { managers: [host(name, "a", "x")], workers: [host(`${name}b`, "a", "y")] }),
    argument: "managers/workers",
    value: '"a"',
    fix: "give each host its own key",
  },
  {
    what: "two hosts with the same hostname",
    create: (name) => new Swarm(name, { managers: [host(name, "a", "x")], workers: [host(`${name}b`, "b", "x")] }),
    argument: "managers/workers",
    value: '"x"',
    fix: "hostnames must be unique",
  },
  swarm(
    "availability of an unknown host",
    { availability: { guest: "drain" } },
    "availability",
    '"guest"',
    "choose one of",
  ),
  swarm("too small subnets", { subnetSize: 31 }, "subnetSize", "31", "from 9 to 29"),
  swarm("a privileged data path port", { dataPathPort: 80 }, "dataPathPort", "80", "from 1024 to 49151"),
  swarm(
    "a certificate expiry of zero days",
    { certificateExpiryDays: 0 },
    "certificateExpiryDays",
    "0",
    "from 1 to 3650",
  ),
  swarm("a negative task history limit", { taskHistoryLimit: -1 }, "taskHistoryLimit", "-1", "from 0 to 1000"),
  swarm("a timeout of zero", { timeoutSeconds: 0 }, "timeoutSeconds", "0", "from 1 to 3600"),
  network(
    "an IP range without a subnet",
    { ipRange: "10.20.0.0/25" },
    "ipRange",
    '"10.20.0.0/25"',
    "give `subnet` as well",
  ),
  network(
    "an IP range outside its subnet",
    { subnet: "10.20.0.0/24", ipRange: "10.21.0.0/25" },
    "ipRange",
    '"10.21.0.0/25"',
    "give a range in it",
  ),
  network(
    "a too small IP range",
    { subnet: "10.20.0.0/24", ipRange: "10.20.0.8/30" },
    "ipRange",
    '"10.20.0.8/30"',
    "make it /29 or wider",
  ),
  network(
    "the network address as the gateway",
    { subnet: "10.20.0.0/24", gateway: "10.20.0.0" },
    "gateway",
    '"10.20.0.0"',
    "give 10.20.0.1",
  ),
  network(
    "a label reserved by Docker",
    { labels: { "com.docker.stack": "mine" } },
    "com.docker.stack",
    '"mine"',
    "another name",
  ),
  store(
    "a service name that is not a DNS label",
    { serviceName: "My Store" },
    "serviceName",
    '"My Store"',
    "DNS label",
  ),
  store(
    "a service name that is too long with its suffix",
    { serviceName: "s".repeat(60) },
    "serviceName",
    `"${"s".repeat(60)}"`,
    "give a shorter one",
  ),
  store("unknown tools", { tools: "curl" as "mc" }, "tools", '"curl"', '"silo" or "mc"'),
  store(
    "an image that is not known yet, without tools",
    { image: pulumi.output(someImage()) },
    "tools",
    "(not given)",
    'give "silo" or "mc"',
  ),
  store("no pools", { pools: {} }, "pools", "{}", "leave pools out"),
  store(
    "a host in two pools",
    { pools: { one: { hosts: ["a"] }, two: { hosts: ["a"] } } },
    "pools.two.hosts",
    '"a"',
    "a host can be in one pool only",
  ),
  store(
    "a pool key that is not a DNS label",
    { pools: { "Pool 1": { hosts: ["a"] } } },
    "pools",
    '"Pool 1"',
    "DNS label",
  ),
  store("a pool without hosts", { pools: { main: { hosts: [] } } }, "pools.main.hosts", "[]", "at least one host"),
  store(
    "a host listed twice",
    { pools: { main: { hosts: ["a", "a"] } } },
    "pools.main.hosts",
    '"a"',
    "list each host once",
  ),
  store(
    "a host that is not in the Swarm",
    { pools: { main: { hosts: ["z"] } } },
    "pools.main.hosts",
    '"z"',
    "which has a",
  ),
  store("a CPU limit of zero", { cpuLimit: 0 }, "cpuLimit", "0", "at least 0.01 CPUs"),
  store(
    "a CPU reservation above the limit",
    { cpuLimit: 1, cpuReservation: 2 },
    "cpuReservation",
    "2",
    "is more than cpuLimit 1",
  ),
  store("too little memory", { memoryLimitMiB: 64 }, "memoryLimitMiB", "64", "at least 256 MiB"),
  store(
    "a memory reservation above the limit",
    { memoryLimitMiB: 512, memoryReservationMiB: 1024 },
    "memoryReservationMiB",
    "1024",
    "is more than memoryLimitMiB 512",
  ),
  store("a log size of zero", { logMaxSizeMiB: 0 }, "logMaxSizeMiB", "0", "at least 1 MiB"),
  store("a fractional number of log files", { logMaxFiles: 0.5 }, "logMaxFiles", "0.5", "a whole number"),
  store("a stop grace period of zero", { stopGraceSeconds: 0 }, "stopGraceSeconds", "0", "at least 1 seconds"),
  store("a too short timeout", { timeoutSeconds: 1 }, "timeoutSeconds", "1", "at least 10 seconds"),
  store(
    "a variable with a line break",
    { environment: { MINIO_REGION: "eu\nMINIO_BROWSER=off" } },
    "environment",
    '"MINIO_REGION"',
    "must be one line",
  ),
  store(
    "a file that does not exist in the container",
    { environment: { MINIO_CONFIG_ENV_FILE: "/root/config" } },
    "environment",
    '"MINIO_CONFIG_ENV_FILE"',
    "leave it out",
  ),
  {
    what: "hosts with different drives",
    create: (name) => storeOf(name, [{ d1: {} }, { d1: {}, d2: {} }]),
    argument: "pools.main.hosts",
    value: '"b"',
    fix: "the same drives",
  },
  {
    what: "hosts with different paths of a drive",
    create: (name) => storeOf(name, [{ d1: { path: "/mnt/disk1" } }, { d1: { path: "/mnt/disk2" } }]),
    argument: "pools.main.hosts",
    value: '"b"',
    fix: 'mode: "replicated"',
  },
];

/** A function, because it is declared below its use. */
function someImage(): string {
  return "pgsty/silo:RELEASE.2026-09-16T00-00-00Z@sha256:635197cb9f36d01bee221d34d1c7d7960f6a95c48b0b6c01d99cd13bdae51a46";
}

function host(name: string, key: string, hostname = key, drives: Record<string, Drive> = { d1: {} }): Host {
  return new Host(`${name}-${key}`, { key, hostname, drives, engine: "unix:///nowhere/docker.sock" });
}

type Expected = [argument: string, value: string, fix: string];

function swarm(what: string, args: Partial<SwarmArgs>, ...[argument, value, fix]: Expected): InvalidArguments {
  const create = (name: string) => new Swarm(name, { managers: [host(name, "a")], ...args });
  return { what, create, argument, value, fix };
}

function network(
  what: string,
  args: Partial<OverlayNetworkArgs>,
  ...[argument, value, fix]: Expected
): InvalidArguments {
  const create = (name: string) => new OverlayNetwork(name, { swarm: swarmOf(name), ...args });
  return { what, create, argument, value, fix };
}

function store(what: string, args: Partial<MinioServiceArgs>, ...[argument, value, fix]: Expected): InvalidArguments {
  return { what, create: (name) => storeOf(name, [{ d1: {} }], args), argument, value, fix };
}

function swarmOf(name: string, drives: Record<string, Drive>[] = [{ d1: {} }]): Swarm {
  const [manager, ...workers] = drives.map((own, at) => host(name, at === 0 ? "a" : "b", undefined, own));
  if (!manager) throw new Error("a Swarm has a manager");
  return new Swarm(name, { managers: [manager], workers });
}

function storeOf(name: string, drives: Record<string, Drive>[], args: Partial<MinioServiceArgs> = {}): MinioService {
  const swarm = swarmOf(`${name}-swarm`, drives);
  return new MinioService(name, { swarm, network: fakeNetwork("network"), ...args });
}
