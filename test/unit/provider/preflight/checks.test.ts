import { describe, expect, test } from "vitest";
import type { Requirement } from "../../../../core/requirement.ts";
import type { ClusterSnapshot } from "../../../../provider/preflight/snapshot.ts";
import { REJOIN } from "../../../../provider/swarm/node-address.ts";
import {
  attached,
  host,
  manager,
  NETWORK,
  ownManager,
  ownNetwork,
  SERVICE,
  service,
  snapshot,
  SWARM,
} from "../../preflight-snapshot.ts";
import {
  container,
  disk,
  inSwarm,
  local,
  ofService,
  ofServiceNamed,
  on,
  OURS,
  preflightLines,
  published,
  route,
  subnet,
} from "./one-host.ts";

// The words of Docker 20.10.24.
const expired = inSwarm({
  LocalNodeState: "error",
  Error:
    "error while loading TLS certificate in /var/lib/docker/swarm/certificates/swarm-node.crt: certificate (1 - tae6) not valid after Sun, 01 Mar 2026 00:00:00 UTC, and it is currently Tue, 01 Dec 2026 05:28:59 UTC: x509: certificate has expired or is not yet valid: ",
});
const HOSTNAME = 'Swarm "swarm": hosts.a.hostname "a": its engine calls itself';
const ENGINE = 'Swarm "swarm": hosts.a.engine "unix:///a.sock":';

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

describe("rejects", () => {
  test.each<[Requirement | Requirement[], ClusterSnapshot, string | string[]]>([
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
  ])("%#", (requirements, found, lines) =>
    expect(preflightLines([requirements].flat(), found)).toEqual([lines].flat()),
  );
});
