import type { Engine } from "../../components/engine/engine.ts";
import type { LabHost } from "../lab/lab.ts";
import { locksItself } from "./by-hand.ts";

/** What the one line that refuses a wrong input has to say. */
export interface Said {
  what: string;
  /** The argument as the user wrote it. */
  argument: string;
  /** The value given, as it is printed. */
  value: string;
  /** The way out. */
  wayOut: string;
}

/** A wrong input of this repository's own stack. */
export interface Refusal extends Said {
  config: Record<string, unknown>;
}

/** Wrong by themselves: no engine has to be asked. */
export const WRONG_ALONE: Refusal[] = [
  {
    what: "a setting that is not there",
    config: { colour: "blue" },
    argument: "pulumi-swarm:colour",
    value: "colour",
    wayOut: "choose one of",
  },
  {
    what: "an environment that is not there",
    config: { stack: "mars" },
    argument: "pulumi-swarm:stack",
    value: '"mars"',
    wayOut: "choose one of local",
  },
  {
    what: "a word for a number",
    config: { port: "nine" },
    argument: "pulumi-swarm:port",
    value: '"nine"',
    wayOut: "pulumi config set",
  },
  {
    what: "a mode that is not there",
    config: { mode: "mirrored" },
    argument: "mode",
    value: '"mirrored"',
    wayOut: '"global"',
  },
  {
    what: "a drive's field misspelt",
    config: { drives: { d1: { paht: "/mnt/disk1" } } },
    argument: "drives.d1.paht",
    value: "paht",
    wayOut: "path",
  },
  {
    what: "an engine's address that is none",
    config: { engine: "docker.example" },
    argument: "engine",
    value: '"docker.example"',
    wayOut: "unix://",
  },
  {
    what: "a host name that is no DNS label",
    config: { hostname: "My_Laptop" },
    argument: "hostname",
    value: '"My_Laptop"',
    wayOut: "hostnamectl set-hostname",
  },
  { what: "no drives", config: { drives: {} }, argument: "drives", value: "{}", wayOut: "drives: { d1: {} }" },
  {
    what: "a drive's key that is no DNS label",
    config: { drives: { "Disk 1": {} } },
    argument: "drives",
    value: '"Disk 1"',
    wayOut: "lowercase DNS label",
  },
  {
    what: "a drive's path that is not absolute",
    config: { drives: { d1: { path: "mnt/disk1" } } },
    argument: "drives.d1.path",
    value: '"mnt/disk1"',
    wayOut: '"/mnt/disk1"',
  },
  {
    what: "the root folder as a drive",
    config: { drives: { d1: { path: "/" } } },
    argument: "drives.d1.path",
    value: '"/"',
    wayOut: "other than the root disk",
  },
  {
    what: "a subfolder of no path",
    config: { drives: { d1: { subfolder: "minio" } } },
    argument: "drives.d1.subfolder",
    value: '"minio"',
    wayOut: "give path as well",
  },
  {
    what: "a subfolder that is absolute",
    config: { drives: { d1: { path: "/mnt/disk1", subfolder: "/minio" } } },
    argument: "drives.d1.subfolder",
    value: '"/minio"',
    wayOut: 'relative folder, such as "minio"',
  },
  {
    what: "a subfolder outside its disk",
    config: { drives: { d1: { path: "/mnt/disk1", subfolder: "../other" } } },
    argument: "drives.d1.subfolder",
    value: '"../other"',
    wayOut: 'such as "minio"',
  },
  {
    what: "two drives in one folder",
    config: { drives: { d1: { path: "/mnt/disk1" }, d2: { path: "/mnt/disk1" } } },
    argument: "drives.d2",
    value: '"/mnt/disk1/minio"',
    wayOut: "a disk of its own",
  },
  {
    what: "a number of drives that MinIO cannot divide",
    config: { drives: Object.fromEntries(Array.from({ length: 17 }, (_, at) => [`d${at}`, {}])) },
    argument: "pools.main.hosts",
    value: "17 drives",
    wayOut: "16 or 18 drives per host work",
  },
  {
    what: "an address pool that is no CIDR block",
    config: { addressPools: ["10.20.0.0"] },
    argument: "addressPools[0]",
    value: '"10.20.0.0"',
    wayOut: "CIDR form",
  },
  {
    what: "an address pool with bits beyond its prefix",
    config: { addressPools: ["10.20.0.1/16"] },
    argument: "addressPools[0]",
    value: '"10.20.0.1/16"',
    wayOut: "write 10.20.0.0/16",
  },
  {
    what: "two address pools with addresses in common",
    config: { addressPools: ["10.20.0.0/16", "10.20.128.0/17"] },
    argument: "addressPools[1]",
    value: '"10.20.128.0/17"',
    wayOut: "10.20.0.0/16",
  },
  {
    what: "a network name with blanks",
    config: { networkName: "my network" },
    argument: "networkName",
    value: '"my network"',
    wayOut: "choose such a name",
  },
  {
    what: "the name of one of Docker's own networks",
    config: { networkName: "ingress" },
    argument: "networkName",
    value: '"ingress"',
    wayOut: "choose another",
  },
  {
    what: "a subnet that is no CIDR block",
    config: { subnet: "10.20.0" },
    argument: "subnet",
    value: '"10.20.0"',
    wayOut: "10.20.0.0/24",
  },
  {
    what: "a subnet with bits beyond its prefix",
    config: { subnet: "10.20.0.5/24" },
    argument: "subnet",
    value: '"10.20.0.5/24"',
    wayOut: "write 10.20.0.0/24",
  },
  {
    what: "a subnet of IPv6",
    config: { subnet: "fd00:20::/64" },
    argument: "subnet",
    value: '"fd00:20::/64"',
    wayOut: "give an IPv4 one",
  },
  {
    what: "a subnet too narrow to live in",
    config: { subnet: "10.20.0.0/30" },
    argument: "subnet",
    value: '"10.20.0.0/30"',
    wayOut: "for instance /24",
  },
  {
    what: "a subnet of multicast addresses",
    config: { subnet: "224.1.0.0/24" },
    argument: "subnet",
    value: '"224.1.0.0/24"',
    wayOut: "10.0.0.0/8",
  },
  {
    what: "a gateway of no subnet",
    config: { gateway: "10.20.0.1" },
    argument: "gateway",
    value: '"10.20.0.1"',
    wayOut: "give `subnet` too",
  },
  {
    what: "a gateway that is no address",
    config: { subnet: "10.20.0.0/24", gateway: "router" },
    argument: "gateway",
    value: '"router"',
    wayOut: "10.20.0.1",
  },
  {
    what: "a gateway outside the subnet",
    config: { subnet: "10.20.0.0/24", gateway: "10.21.0.1" },
    argument: "gateway",
    value: '"10.21.0.1"',
    wayOut: "10.20.0.1",
  },
  {
    what: "the broadcast address as a gateway",
    config: { subnet: "10.20.0.0/24", gateway: "10.20.0.255" },
    argument: "gateway",
    value: '"10.20.0.255"',
    wayOut: "give 10.20.0.1",
  },
  { what: "packets too small", config: { mtu: 68 }, argument: "mtu", value: "68", wayOut: "576 to 65535" },
  {
    what: "the image `latest`",
    config: { image: "quay.io/minio/minio:latest" },
    argument: "image",
    value: '"quay.io/minio/minio:latest"',
    wayOut: "pgsty/silo:RELEASE.2026-09-16T00-00-00Z@sha256:",
  },
  {
    what: "MinIO's deleted repository",
    config: { image: "minio/minio:RELEASE.2025-09-07T16-13-09Z" },
    argument: "image",
    value: '"minio/minio:RELEASE.2025-09-07T16-13-09Z"',
    wayOut: "pgsty/silo:RELEASE.2026-09-16T00-00-00Z@sha256:",
  },
  {
    what: "an image without a digest",
    config: { image: "pgsty/silo:RELEASE.2026-09-16T00-00-00Z" },
    argument: "image",
    value: '"pgsty/silo:RELEASE.2026-09-16T00-00-00Z"',
    wayOut: "add @sha256:",
  },
  {
    what: "an image's name that is none",
    config: { image: "MinIO, please" },
    argument: "image",
    value: '"MinIO, please"',
    wayOut: "give name:tag@sha256:",
  },
  {
    what: "a root user's name that is too short",
    config: { rootUser: "me" },
    argument: "rootUser",
    value: '"me"',
    wayOut: "3 to 64 letters",
  },
  {
    what: "the root user that everybody tries first",
    config: { rootUser: "minioadmin" },
    argument: "rootUser",
    value: '"minioadmin"',
    wayOut: "choose another",
  },
  { what: "a port that is none", config: { port: 99999 }, argument: "port", value: "99999", wayOut: "1 to 65535" },
  {
    what: "one port for two things",
    config: { port: 9100, consolePort: 9100 },
    argument: "consolePort",
    value: "9100",
    wayOut: "give each its own",
  },
  {
    what: "a port of what is not published",
    config: { expose: false, port: 9100 },
    argument: "port",
    value: "9100",
    wayOut: "leave it out",
  },
  {
    what: "a variable that is not MinIO's",
    config: { environment: { TZ: "Europe/Berlin" } },
    argument: "environment",
    value: '"TZ"',
    wayOut: "must begin with MINIO_",
  },
  {
    what: "a password in the environment",
    config: { environment: { MINIO_ROOT_PASSWORD: "hunter22" } },
    argument: "environment",
    value: '"MINIO_ROOT_PASSWORD"',
    wayOut: "give rootPassword",
  },
  {
    what: "a variable that an argument stands for",
    config: { environment: { MINIO_VOLUMES: "/data" } },
    argument: "environment",
    value: '"MINIO_VOLUMES"',
    wayOut: "give pools",
  },
  {
    what: "a secret in the environment",
    config: { environment: { MINIO_IDENTITY_OPENID_CLIENT_SECRET: "hunter22" } },
    argument: "environment",
    value: '"MINIO_IDENTITY_OPENID_CLIENT_SECRET"',
    wayOut: "mc admin config set",
  },
];

/** Wrong for this engine alone: what it holds already, with how it came there. */
export interface EngineRefusal extends Refusal {
  prepare(host: LabHost): Promise<void>;
}

/** Wrong by what an engine without a Swarm is or holds. */
export const WRONG_FOR_ENGINE: EngineRefusal[] = [
  {
    what: "another host name than the engine's",
    config: { hostname: "node7" },
    prepare: async () => {},
    argument: "hostname",
    value: '"node7"',
    wayOut: 'give hostname: "node1"',
  },
  {
    what: "a subnet that Docker's bridge has",
    config: { subnet: "172.17.0.0/24" },
    prepare: async () => {},
    argument: "subnet",
    value: '"172.17.0.0/24"',
    wayOut: "choose a free one",
  },
  {
    what: "an address pool that Docker's bridge has",
    config: { addressPools: ["172.16.0.0/12"] },
    prepare: async () => {},
    argument: "addressPools",
    value: '"172.16.0.0/12"',
    wayOut: "choose a pool that is free",
  },
  {
    what: "the name of a network that is there",
    config: { networkName: "mine" },
    prepare: async ({ engine }) => {
      await engine.request("POST", "/networks/create", { body: { Name: "mine" } });
    },
    argument: "networkName",
    value: '"mine"',
    wayOut: "use the state that created it, set adopt: true, or choose another name",
  },
  {
    what: "a port that a container has",
    config: { port: 9500 },
    prepare: ({ engine }) => runContainer(engine, "squatter", 9500),
    argument: "port",
    value: "9500",
    wayOut: "container squatter",
  },
];

/** Wrong by a Swarm that is there and is not this stack's. */
export const WRONG_FOR_SWARM: EngineRefusal[] = [
  {
    what: "a Swarm that somebody else made",
    config: {},
    prepare: async () => {},
    argument: "adopt",
    value: "false",
    wayOut: "set adopt: true",
  },
  {
    what: "a subnet that a network of the Swarm has",
    config: { adopt: true, subnet: "10.99.0.0/25" },
    prepare: async ({ engine }) => {
      const IPAM = { Config: [{ Subnet: "10.99.0.0/24" }] };
      await engine.request("POST", "/networks/create", { body: { Name: "theirs", Driver: "overlay", IPAM } });
    },
    argument: "subnet",
    value: '"10.99.0.0/25"',
    wayOut: "choose a free one",
  },
  {
    what: "a service's name that is taken",
    config: { adopt: true },
    prepare: async ({ engine }) => {
      await engine.createService({
        Name: "minio-main",
        Mode: { Replicated: { Replicas: 0 } },
        TaskTemplate: { ContainerSpec: { Image: await anyImage(engine) } },
      });
    },
    argument: "serviceName",
    value: '"minio-main"',
    wayOut: "use the state that created it, set adopt: true, or choose another name",
  },
  {
    what: "a port of the routing mesh",
    config: { adopt: true, port: 9600 },
    prepare: async ({ engine }) => {
      await engine.createService({
        Name: "web",
        Mode: { Replicated: { Replicas: 0 } },
        TaskTemplate: { ContainerSpec: { Image: await anyImage(engine) } },
        EndpointSpec: {
          Mode: "vip",
          Ports: [{ Protocol: "tcp", TargetPort: 80, PublishedPort: 9600, PublishMode: "ingress" }],
        },
      });
    },
    argument: "port",
    value: "9600",
    wayOut: "service web",
  },
  {
    what: "address pools of a Swarm that is there",
    config: { adopt: true, addressPools: ["10.64.0.0/12"] },
    prepare: async () => {},
    argument: "addressPools",
    value: '["10.64.0.0/12"]',
    wayOut: "leave addressPools out",
  },
  {
    what: "a Swarm that is locked",
    config: { adopt: true },
    prepare: lockSwarm,
    argument: "engine",
    value: "docker.sock",
    wayOut: "docker swarm unlock",
  },
];

/** Wrong by what the machine is or does besides Docker: seen where the program runs on the engine's own machine. */
export const WRONG_ON_MACHINE: EngineRefusal[] = [
  {
    what: "a disk that is not mounted",
    config: { drives: { d1: { path: "/mnt/disk7" } } },
    prepare: async (host) => void (await host.run("mkdir", "/mnt/disk7")),
    argument: "drives",
    value: '"/mnt/disk7"',
    wayOut: "mount the disk there",
  },
  {
    what: "a mount point on the root disk",
    config: { drives: { d1: { path: "/mnt/disk8" } } },
    prepare: async (host) => {
      await host.run("mkdir", "/mnt/disk8");
      await host.run("mount", "--bind", "/var/tmp", "/mnt/disk8");
    },
    argument: "drives",
    value: '"/mnt/disk8"',
    wayOut: "lies on the root disk",
  },
  {
    what: "a port that a process outside Docker has",
    config: { consolePort: 9700 },
    prepare: async (host) => {
      const listen = "require('net').createServer().listen(9700)";
      await host.run("sh", "-c", `setsid "${process.execPath}" -e "${listen}" >/dev/null 2>&1 </dev/null & sleep 1`);
    },
    argument: "consolePort",
    value: "9700",
    wayOut: "choose another, or free it",
  },
  {
    what: "a subnet to which the machine has a route",
    config: { subnet: "192.168.77.0/24" },
    prepare: async (host) => void (await host.run("ip", "route", "add", "192.168.0.0/16", "dev", "eth0")),
    argument: "subnet",
    value: '"192.168.77.0/24"',
    wayOut: "choose a free one",
  },
];

/** The line of an output that says all that a refusal has to say. */
export function refusalLine(output: string, { argument, value, wayOut }: Said): string | undefined {
  return output.split("\n").find((line) => [argument, value, wayOut].every((part) => line.includes(part)));
}

async function runContainer(engine: Engine, name: string, port: number): Promise<void> {
  const body = {
    Image: await anyImage(engine),
    Cmd: ["server", "/tmp"],
    HostConfig: { PortBindings: { "9000/tcp": [{ HostPort: String(port) }] } },
    ExposedPorts: { "9000/tcp": {} },
  };
  const { Id } = await engine.request<{ Id: string }>("POST", "/containers/create", { query: { name }, body });
  await engine.request("POST", `/containers/${Id}/start`);
}

/** A locked Swarm is one with autolock whose engine has restarted. */
async function lockSwarm(host: LabHost): Promise<void> {
  const { Spec, Version } = await host.engine.swarm();
  await host.engine.updateSwarm(Version.Index, { ...Spec, EncryptionConfig: { AutoLockManagers: true } });
  await locksItself(host);
  await host.stop();
  await host.start();
}

async function anyImage(engine: Engine): Promise<string> {
  const [image] = await engine.request<{ Id: string }[]>("GET", "/images/json");
  if (!image) throw new Error("the engine has no image");
  return image.Id;
}
