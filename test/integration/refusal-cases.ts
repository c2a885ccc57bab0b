import type { Engine } from "../../engine/engine.ts";
import type { LabHost } from "../../lab/lab.ts";
import type { Refusal } from "../unit/invalid/expected-refusal.ts";
import { waitForAutolock } from "./manual-changes.ts";

/** A refusal because of what the engine already contains, with a function that creates it. */
export interface EngineRefusal extends Refusal {
  prepare(host: LabHost): Promise<void>;
}

/** Configurations that conflict with an engine that is in no Swarm. */
export const ENGINE_REFUSALS: EngineRefusal[] = [
  {
    what: "a hostname other than the engine's",
    config: { hostname: "node7" },
    prepare: async () => {},
    argument: "hostname",
    value: '"node7"',
    fix: 'give hostname: "node1"',
  },
  {
    what: "a subnet that Docker's bridge uses",
    config: { subnet: "172.17.0.0/24" },
    prepare: async () => {},
    argument: "subnet",
    value: '"172.17.0.0/24"',
    fix: "choose a free one",
  },
  {
    what: "an address pool that contains Docker's bridge",
    config: { addressPools: ["172.16.0.0/12"] },
    prepare: async () => {},
    argument: "addressPools",
    value: '"172.16.0.0/12"',
    fix: "choose a pool that is free",
  },
  {
    what: "the subnet that the routing mesh of the new Swarm takes",
    config: { subnet: "10.0.0.0/24" },
    prepare: async () => {},
    argument: "subnet",
    value: '"10.0.0.0/24"',
    fix: "routing mesh (network ingress) takes: choose a free one",
  },
  {
    what: "an address pool that the routing mesh fills",
    config: { addressPools: ["10.20.0.0/24"] },
    prepare: async () => {},
    argument: "addressPools",
    value: '["10.20.0.0/24"]',
    fix: "give a larger pool",
  },
  {
    what: "the subnet that docker_gwbridge gets in a Swarm",
    config: { subnet: "172.18.0.0/24" },
    prepare: async () => {},
    argument: "subnet",
    value: '"172.18.0.0/24"',
    fix: "the subnet that Docker gives to docker_gwbridge on host local: choose a free one",
  },
  {
    what: "the name of an existing network",
    config: { networkName: "mine" },
    prepare: async ({ engine }) => {
      await engine.request("POST", "/networks/create", { body: { Name: "mine" } });
    },
    argument: "networkName",
    value: '"mine"',
    fix: "use the state that created it, set adoptNetwork: true, or choose another name",
  },
  {
    what: "a port that a container publishes",
    config: { port: 9500 },
    prepare: ({ engine }) => runContainer(engine, "squatter", 9500),
    argument: "port",
    value: "9500",
    fix: "container squatter",
  },
];

/** Configurations that conflict with a Swarm that the stack did not create. */
export const SWARM_REFUSALS: EngineRefusal[] = [
  {
    what: "a Swarm that the stack did not create",
    config: {},
    prepare: async () => {},
    argument: "adopt",
    value: "false",
    fix: "set adopt: true",
  },
  {
    what: "a subnet that a network of the Swarm uses",
    config: { adopt: true, subnet: "10.99.0.0/25" },
    prepare: async ({ engine }) => {
      const IPAM = { Config: [{ Subnet: "10.99.0.0/24" }] };
      await engine.request("POST", "/networks/create", { body: { Name: "theirs", Driver: "overlay", IPAM } });
    },
    argument: "subnet",
    value: '"10.99.0.0/25"',
    fix: "choose a free one",
  },
  {
    what: "the name of an existing service",
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
    fix: "use the state that created it, set adoptStore: true, or choose another name",
  },
  {
    what: "a port that the routing mesh publishes",
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
    fix: "service web",
  },
  {
    what: "address pools for an existing Swarm",
    config: { adopt: true, addressPools: ["10.64.0.0/12"] },
    prepare: async () => {},
    argument: "addressPools",
    value: '["10.64.0.0/12"]',
    fix: "leave addressPools out",
  },
  {
    what: "a locked Swarm",
    config: { adopt: true },
    prepare: lockSwarm,
    argument: "engine",
    value: "docker.sock",
    fix: "docker swarm unlock",
  },
];

/** Configurations that conflict with the machine itself; detected where the program runs on the engine's machine. */
export const MACHINE_REFUSALS: EngineRefusal[] = [
  {
    what: "a disk that is not mounted",
    config: { drives: { d1: { path: "/mnt/disk7" } } },
    prepare: async (host) => void (await host.run("mkdir", "/mnt/disk7")),
    argument: "drives",
    value: '"/mnt/disk7"',
    fix: "mount the disk there",
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
    fix: "is on the root disk",
  },
  {
    what: "a folder with other files",
    config: { drives: { d1: { path: "/mnt/disk1", subfolder: "photos" } } },
    prepare: async (host) => void (await host.run("mkdir", "-p", "/mnt/disk1/photos/2026")),
    argument: "drives",
    value: '"/mnt/disk1"',
    fix: "move everything out of it, or set another subfolder",
  },
  {
    what: "a drive of a MinIO that is too old",
    config: { drives: { d1: { path: "/mnt/disk1", subfolder: "old" } } },
    prepare: async (host) => {
      const format = '{"version":"1","format":"fs","id":"c9a0","fs":{"version":"2"}}';
      const folder = "/mnt/disk1/old/.minio.sys";
      await host.run("sh", "-ec", `mkdir -p ${folder}; echo '${format}' >${folder}/format.json`);
    },
    argument: "drives",
    value: '"/mnt/disk1"',
    fix: "set another subfolder, and copy the data as docs/adopt.md describes",
  },
  {
    what: "a port on which a process outside Docker listens",
    config: { consolePort: 9700 },
    prepare: async (host) => {
      const listen = "require('net').createServer().listen(9700)";
      await host.run("sh", "-c", `setsid "${process.execPath}" -e "${listen}" >/dev/null 2>&1 </dev/null & sleep 1`);
    },
    argument: "consolePort",
    value: "9700",
    fix: "choose another, or free it",
  },
  {
    what: "a subnet that the machine has a route to",
    config: { subnet: "192.168.77.0/24" },
    prepare: async (host) => void (await host.run("ip", "route", "add", "192.168.0.0/16", "dev", "eth0")),
    argument: "subnet",
    value: '"192.168.77.0/24"',
    fix: "choose a free one",
  },
];

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

/** Locks a Swarm: enables autolock and restarts the engine. */
async function lockSwarm(host: LabHost): Promise<void> {
  const { Spec, Version } = await host.engine.inspectSwarm();
  await host.engine.updateSwarm(Version.Index, { ...Spec, EncryptionConfig: { AutoLockManagers: true } });
  await waitForAutolock(host);
  await host.stop();
  await host.start();
}

async function anyImage(engine: Engine): Promise<string> {
  const [image] = await engine.request<{ Id: string }[]>("GET", "/images/json");
  if (!image) throw new Error("the engine has no image");
  return image.Id;
}
