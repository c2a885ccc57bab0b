import { describe, expect, test } from "vitest";
import type { Requirement } from "../../../../core/requirement.ts";
import { checkAll, formatReport } from "../../../../provider/preflight/checks/all.ts";
import { encryptsUnsafely } from "../../../../provider/preflight/checks/network.ts";
import type { MachineFacts } from "../../../../provider/preflight/facts/machine.ts";
import type { ClusterSnapshot } from "../../../../provider/preflight/snapshot.ts";
import { REJOIN } from "../../../../provider/swarm/node-address.ts";
import { ownerLabels } from "../../../../core/labels.ts";
import {
  attached,
  host,
  machine,
  manager,
  NETWORK,
  network,
  owner,
  ownManager,
  ownNetwork,
  SERVICE,
  service,
  snapshot,
  SWARM,
} from "../../preflight-snapshot.ts";

const OURS = ownerLabels(owner("store"));
const FOREIGN = { ...OURS, "pulumi-swarm.owner": "another-state" };
const local = machine();
const on = (facts: MachineFacts) => ({ machines: { a: facts } });
const preflightLines = (requirements: Requirement[], found: ClusterSnapshot) =>
  formatReport(checkAll(requirements, found), found).errors;
const container = (name: string, port: number, labels: Record<string, string> = {}) => ({
  Id: name,
  Names: [`/${name}`],
  Image: "x",
  State: "running",
  Labels: labels,
  Ports: [{ PrivatePort: 80, PublicPort: port, Type: "tcp", IP: "0.0.0.0" }],
});
const route = (destination: string) => ({ ...local, routes: [{ destination, device: "tun0" }] });
const disk = (path: string) => ({ ...SERVICE, disks: [{ path, subfolder: "minio" }] });
const published = (mode: "host" | "ingress") => ({
  EndpointSpec: {
    Mode: "vip" as const,
    Ports: [{ Protocol: "tcp" as const, TargetPort: 80, PublishedPort: 9000, PublishMode: mode }],
  },
});
const ofService = { "com.docker.swarm.service.id": "id-store" };
const ofServiceNamed = (name: string) => ({ ...ofService, "com.docker.swarm.service.name": name });
const subnet = (block: string) => ({ ...NETWORK, settings: { ...NETWORK.settings, subnet: block } });
const inSwarm = (swarm: object, name = "a") =>
  host(
    { hostname: name },
    {
      Name: name,
      ID: `engine-${name}`,
      Swarm: { NodeID: "n9", NodeAddr: "", LocalNodeState: "active", ControlAvailable: false, ...swarm },
    },
  );
// The words of Docker 20.10.24.
const expired = inSwarm({
  LocalNodeState: "error",
  Error:
    "error while loading TLS certificate in /var/lib/docker/swarm/certificates/swarm-node.crt: certificate (1 - tae6) not valid after Sun, 01 Mar 2026 00:00:00 UTC, and it is currently Tue, 01 Dec 2026 05:28:59 UTC: x509: certificate has expired or is not yet valid: ",
});

describe("accepts a deployment", () => {
  test.each<[string, Requirement[], ClusterSnapshot]>([
    ["on a fresh machine", [SWARM, NETWORK, SERVICE], snapshot({ a: host() }, on(local))],
    ["without a reachable engine", [SWARM, NETWORK, SERVICE], snapshot({}, { unreachable: ["a"] })],
    [
      "with a port in use on a host with an unreachable engine",
      [SERVICE],
      snapshot({}, { unreachable: ["a"], ...on({ ...local, listening: [9000] }) }),
    ],
    [
      "of a Swarm with locked managers and a known unlock key",
      [SWARM],
      snapshot({ a: inSwarm({ LocalNodeState: "locked" }), w: inSwarm({}, "w") }, { hasUnlockKey: true }),
    ],
    [
      "on the stack's own running resources",
      [SWARM, NETWORK, disk("/mnt/disk1")],
      snapshot(
        {
          a: ownManager(
            {
              networks: [ownNetwork()],
              containers: [container("store.n1", 9000, ofService)],
            },
            [service("store", OURS, { ...attached, ...published("host") })],
          ),
        },
        on({
          routes: [
            { destination: "0.0.0.0/0", device: "eth0" },
            { destination: "172.17.0.0/16", device: "docker0" },
            { destination: "172.18.0.0/16", device: "docker_gwbridge" },
          ],
          mounts: [...local.mounts, { path: "/mnt/disk1", device: "254:16" }],
          listening: [9000],
        }),
      ),
    ],
    [
      "with the stack's own task starting: the port is open before Docker reports it",
      [SERVICE],
      snapshot(
        {
          a: ownManager({ containers: [{ ...container("store.n1", 9000, ofService), State: "created", Ports: [] }] }, [
            service("store", OURS, published("host")),
          ]),
        },
        on({ ...local, listening: [9000] }),
      ),
    ],
    [
      "of encrypted networks on another port, with engines that encrypt it",
      [{ ...SWARM, dataPathPort: 5789 }, NETWORK],
      snapshot({
        a: host({}, { ServerVersion: "23.0.7" }),
        b: host({ hostname: "b" }, { Name: "b", ID: "engine-b", ServerVersion: "24.0.3" }),
      }),
    ],
    [
      "of an encrypted network on another port on one host, which has no traffic between hosts",
      [{ ...SWARM, dataPathPort: 5789 }, NETWORK],
      snapshot({ a: host({}, { ServerVersion: "20.10.24" }) }),
    ],
    ["in an adopted Swarm", [{ ...SWARM, adopt: true }], snapshot({ a: manager({}) })],
    [
      "with a worker of our Swarm",
      [SWARM],
      snapshot({
        a: { ...ownManager(), manager: { ...ownManager().manager!, nodes: [{ ID: "n9" } as never] } },
        b: inSwarm({}, "b"),
      }),
    ],
    [
      "with a worker of a Swarm with an unreachable manager",
      [SWARM],
      snapshot({ b: inSwarm({}) }, { unreachable: ["a"] }),
    ],
    [
      "with the stack's own task on a worker while managers are unreachable",
      [{ ...SERVICE, hosts: ["b"] }],
      snapshot({ b: { ...inSwarm({}), containers: [container("store.n1", 9000, ofServiceNamed("store"))] } }),
    ],
    [
      "with a wide route that contains the whole pool",
      [NETWORK],
      snapshot({ a: ownManager() }, on(route("10.0.0.0/8"))),
    ],
    [
      "for a change of an unused network",
      [subnet("10.21.0.0/24")],
      snapshot({ a: ownManager({ networks: [ownNetwork()] }) }),
    ],
    [
      "for a change of a network with only the stack's own services, with allowOutage",
      [subnet("10.21.0.0/24")],
      snapshot(
        { a: ownManager({ networks: [ownNetwork()] }, [service("store", OURS, attached)]) },
        { allowOutage: true },
      ),
    ],
    [
      "for a host-mode port of a service on another host",
      [SERVICE],
      snapshot({ a: ownManager({}, [service("web", {}, published("host"))]) }),
    ],
  ])("%s", (_, requirements, found) => expect(preflightLines(requirements, found)).toEqual([]));
});

const HOSTNAME = 'Swarm "swarm": hosts.a.hostname "a": its engine calls itself';
const ENGINE = 'Swarm "swarm": hosts.a.engine "unix:///a.sock":';
const NET = 'OverlayNetwork "net":';
const STORE = 'MinioService "store":';
const free = (example: string) =>
  `choose a free one, for instance ${example}, or leave it out, and the Swarm chooses one`;
const LOST = "would lose it: put the value back, or set allowOutage: true on the Swarm";
const PORT = "the Swarm has dataPathPort 5789";
const otherHost = host({ hostname: "b" }, { Name: "b", ID: "engine-b" });
const onPort = (DataPathPort: number, ServerVersion: string) => {
  const live = ownManager({}, [], { ServerVersion });
  return { ...live, manager: { ...live.manager!, swarm: { ...live.manager!.swarm, DataPathPort } } };
};
const users = [service("store", OURS, attached), service("web", {}, attached)];
const inUse = snapshot({ a: ownManager({ networks: [ownNetwork()] }, users) });

describe("rejects", () => {
  test.each<[Requirement | Requirement[], ClusterSnapshot, string | string[]]>([
    [
      { ...SERVICE, needsFirewall: true },
      snapshot({ a: host({ address: "tcp://10.0.0.1:2376" }) }),
      'MinioService "store": allowFrom "a": is reached at tcp://10.0.0.1:2376, and rules can only be set by ssh: declare it in SshHosts, or leave allowFrom out',
    ],
    [
      SWARM,
      snapshot({ a: host({}, { Name: "b" }) }),
      `${HOSTNAME} "b": give hostname: "b", or rename the machine and restart Docker`,
    ],
    [
      SWARM,
      snapshot({ a: host({}, { Name: "A_1" }) }),
      `${HOSTNAME} "A_1", which DNS and MinIO do not accept (letters, digits and inner hyphens, in labels separated by dots): rename the machine and restart Docker`,
    ],
    [
      SWARM,
      snapshot({ a: host({}, { LiveRestoreEnabled: true }) }),
      `${ENGINE} live-restore is on, which Swarm mode does not support: set "live-restore": false in /etc/docker/daemon.json and restart Docker`,
    ],
    [
      SWARM,
      snapshot({ a: host({}, { SecurityOptions: ["name=seccomp,profile=default", "name=rootless"] }) }),
      `${ENGINE} runs rootless, where overlay networks do not work: use an engine that runs as root`,
    ],
    [
      SWARM,
      snapshot({ a: host({}, { FirewallBackend: { Driver: "nftables" } }) }),
      `${ENGINE} its firewall backend is nftables, which Swarm mode only supports with Docker's feature swarm-nftables: set "firewall-backend": "iptables" in /etc/docker/daemon.json and restart Docker`,
    ],
    [
      SWARM,
      snapshot({ a: host({}, { OSType: "windows" }) }),
      `${ENGINE} runs windows containers: switch Docker to Linux containers`,
    ],
    [
      SWARM,
      snapshot({ a: manager({}) }),
      'Swarm "swarm": adopt false: host a is a manager of the Swarm swarm-1, which belongs to something other than pulumi-swarm: use the state that created it, or set adopt: true',
    ],
    [
      SWARM,
      snapshot({ a: inSwarm({}) }),
      `${ENGINE} is a worker in a Swarm that none of these hosts manages: leave it with \`docker swarm leave\``,
    ],
    [
      SWARM,
      snapshot({ a: inSwarm({ LocalNodeState: "locked" }) }),
      `${ENGINE} is a locked manager: run \`docker swarm unlock\` there`,
    ],
    [
      SWARM,
      snapshot({ a: inSwarm({ LocalNodeState: "error", Error: "no disk" }) }),
      `${ENGINE} its Swarm node is broken (no disk): fix it, or leave with \`docker swarm leave --force\``,
    ],
    [
      SWARM,
      snapshot({ a: expired }),
      `${ENGINE} its certificate has expired, because its engine was off for too long: recover the Swarm with \`npm run recover -- <manager>\`, then \`npm run up\``,
    ],
    [
      SWARM,
      snapshot({ a: expired, b: ownManager({ hostname: "b" }, [], { ID: "engine-b", Name: "b" }) }),
      `${ENGINE} its certificate has expired, because its engine was off for too long: ${REJOIN}`,
    ],
    [
      { ...SWARM, adopt: true },
      snapshot({
        b: ownManager({ hostname: "b" }, [], { ID: "engine-b", Name: "b" }),
        a: {
          ...ownManager(),
          manager: { ...ownManager().manager!, swarm: { ...ownManager().manager!.swarm, ID: "other" } },
        },
      }),
      `${ENGINE} is in another Swarm (other) than host b: leave it with \`docker swarm leave --force\``,
    ],
    [
      { ...SWARM, addressPools: ["172.16.0.0/12"] },
      snapshot({ a: host() }),
      'Swarm "swarm": addressPools "172.16.0.0/12": overlaps with 172.17.0.0/16, the network bridge on host a: choose a pool that is free on all hosts, for instance 10.20.0.0/16',
    ],
    [
      { ...SWARM, addressPools: ["10.8.0.0/16"] },
      snapshot({ a: host() }, on(route("10.8.4.0/24"))),
      'Swarm "swarm": addressPools "10.8.0.0/16": overlaps with 10.8.4.0/24, a route of host a (tun0): choose a pool that is free on all hosts, for instance 10.20.0.0/16',
    ],
    [
      NETWORK,
      snapshot({ a: host({}, { ServerVersion: "20.10.23" }) }),
      `${NET} encrypted true: Docker 20.10.23 on host a may send its packets in clear text (fixed in 20.10.24 and 23.0.3): upgrade it, or set encrypted: false`,
    ],
    [
      [{ ...SWARM, dataPathPort: 5789 }, NETWORK],
      snapshot({ a: host({}, { ServerVersion: "20.10.24" }), b: otherHost }),
      `${NET} encrypted true: ${PORT}, and Docker 20.10.24 on host a encrypts only packets of port 4789 and drops others (fixed in 23.0.7 and 24.0.3): upgrade it, leave dataPathPort out, or set encrypted: false`,
    ],
    [
      NETWORK,
      snapshot({ a: onPort(5789, "24.0.2"), b: otherHost }),
      `${NET} encrypted true: ${PORT}, and Docker 24.0.2 on host a encrypts only packets of port 4789 and drops others (fixed in 23.0.7 and 24.0.3): upgrade it, leave dataPathPort out, or set encrypted: false`,
    ],
    [
      NETWORK,
      snapshot({ a: ownManager({ networks: [network("net", "172.30.0.0/16")] }) }),
      `${NET} networkName "net": host a has a network of that name that belongs to something other than pulumi-swarm: use the state that created it, set adopt: true, or choose another name`,
    ],
    [
      [NETWORK, { ...subnet("10.21.0.0/24"), subject: 'OverlayNetwork "b"', owner: owner("b") }],
      snapshot({ a: ownManager() }),
      'OverlayNetwork "b": networkName "net": is already used by OverlayNetwork "net": choose another',
    ],
    [
      [NETWORK, { ...subnet("10.20.0.0/16"), subject: 'OverlayNetwork "b"', owner: owner("b"), name: "b" }],
      snapshot({ a: ownManager() }),
      `OverlayNetwork "b": subnet "10.20.0.0/16": overlaps with 10.20.0.0/24, that of OverlayNetwork "net": ${free("10.21.0.0/16")}`,
    ],
    [
      subnet("10.0.0.0/16"),
      snapshot({ a: ownManager() }),
      `${NET} subnet "10.0.0.0/16": overlaps with 10.0.0.0/24, the network ingress on host a: ${free("10.20.0.0/16")}`,
    ],
    [
      subnet("172.18.4.0/24"),
      snapshot({ a: ownManager() }),
      `${NET} subnet "172.18.4.0/24": overlaps with 172.18.0.0/16, the network docker_gwbridge on host a: ${free("10.20.0.0/24")}`,
    ],
    [
      NETWORK,
      snapshot({ a: ownManager() }, on(route("10.20.0.0/16"))),
      `${NET} subnet "10.20.0.0/24": overlaps with 10.20.0.0/16, a route of host a (tun0): ${free("10.21.0.0/24")}`,
    ],
    [
      subnet("192.168.0.0/24"),
      snapshot({ a: ownManager() }, on(route("192.168.0.0/16"))),
      `${NET} subnet "192.168.0.0/24": overlaps with 192.168.0.0/16, a route of host a (tun0): ${free("10.20.0.0/24")}`,
    ],
    [
      subnet("10.21.0.0/24"),
      inUse,
      `${NET} subnet "10.21.0.0/24": the network exists with "10.20.0.0/24"; a change replaces the network, and service store, service web ${LOST}`,
    ],
    [
      { ...NETWORK, settings: { encrypted: false, mtu: 1400, internal: true, attachable: false, labels: { a: "b" } } },
      inUse,
      [
        `${NET} encrypted false: the network exists with true; a change replaces the network, and service store, service web ${LOST}`,
        `${NET} attachable false: the network exists with true; a change replaces the network, and service store, service web ${LOST}`,
        `${NET} internal true: the network exists with false; a change replaces the network, and service store, service web ${LOST}`,
        `${NET} mtu 1400: the network exists with 1500; a change replaces the network, and service store, service web ${LOST}`,
        `${NET} labels {"a":"b"}: the network exists with {}; a change replaces the network, and service store, service web ${LOST}`,
      ],
    ],
    [
      subnet("10.21.0.0/24"),
      { ...inUse, allowOutage: true },
      `${NET} subnet "10.21.0.0/24": the network exists with "10.20.0.0/24"; a change replaces the network, and service web would lose it and does not belong to this stack: detach it first`,
    ],
    [
      SERVICE,
      snapshot({ a: ownManager({}, [service("store", FOREIGN)]) }),
      `${STORE} serviceName "store": the Swarm has a service of that name that belongs to another state: project p, stack s, identity another-state: use the state that created it, set adopt: true, or choose another name`,
    ],
    [
      [SERVICE, { ...SERVICE, subject: 'MinioService "b"', owner: owner("b"), ports: {} }],
      snapshot({ a: ownManager() }),
      'MinioService "b": serviceName "store": is already used by MinioService "store": choose another',
    ],
    [
      [SERVICE, { ...SERVICE, subject: 'MinioService "b"', owner: owner("b"), name: "b" }],
      snapshot({ a: ownManager() }),
      'MinioService "b": port 9000: is already used on host a by MinioService "store": choose another, or free it',
    ],
    [
      SERVICE,
      snapshot({ a: ownManager({ containers: [container("web", 9000)] }) }),
      `${STORE} port 9000: is already used on host a by container web: choose another, or free it`,
    ],
    [
      SERVICE,
      snapshot({ a: ownManager({}, [service("web", {}, published("ingress"))]) }),
      `${STORE} port 9000: is already used on host a by service web: choose another, or free it`,
    ],
    [
      SERVICE,
      snapshot({
        a: ownManager({ containers: [container("web.1", 9000, { "com.docker.swarm.service.id": "id-web" })] }, [
          service("web", {}, published("host")),
        ]),
      }),
      `${STORE} port 9000: is already used on host a by service web: choose another, or free it`,
    ],
    [
      SERVICE,
      snapshot({ a: { ...inSwarm({}), containers: [container("web.n1", 9000, ofServiceNamed("web"))] } }),
      `${STORE} port 9000: is already used on host a by container web.n1: choose another, or free it`,
    ],
    [
      SERVICE,
      snapshot({ a: ownManager() }, on({ ...local, listening: [9000] })),
      `${STORE} port 9000: is already used on host a by a process outside Docker: choose another, or free it`,
    ],
    [
      disk("/mnt/disk1"),
      snapshot({ a: ownManager() }, on(local)),
      `${STORE} hosts.a.drives "/mnt/disk1": is not a mount point: mount the disk there, or leave path out and a Docker volume holds the drive`,
    ],
    [
      disk("/mnt/disk1/"),
      snapshot(
        { a: ownManager() },
        on({ ...local, mounts: [...local.mounts, { path: "/mnt/disk1", device: "254:0" }] }),
      ),
      `${STORE} hosts.a.drives "/mnt/disk1/": is on the root disk: mount the disk there, or leave path out and a Docker volume holds the drive`,
    ],
  ])("%#", (requirements, found, lines) =>
    expect(preflightLines([requirements].flat(), found)).toEqual([lines].flat()),
  );
});

test.each([
  ["19.3.15", true],
  ["20.10.23", true],
  ["20.10.24+dfsg1", false],
  ["23.0.0", true],
  ["23.0.2", true],
  ["23.0.3", false],
  ["28.2.2", false],
  ["dev", false],
])("Docker %s encrypts unsafely: %s", (version, unsafe) => expect(encryptsUnsafely(version)).toBe(unsafe));
