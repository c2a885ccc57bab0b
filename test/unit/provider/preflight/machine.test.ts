import { describe, expect, test } from "vitest";
import type { NodeDetails } from "../../../../engine/types.ts";
import type { Requirement, ServiceRequirement } from "../../../../core/requirement.ts";
import type { ClusterSnapshot } from "../../../../provider/preflight/snapshot.ts";
import { isTooOld } from "../../../../provider/preflight/checks/swarm.ts";
import { machine, NETWORK, ownManager, ownNetwork, SERVICE, snapshot, SWARM } from "../../preflight-snapshot.ts";
import { named, node, two, nodes, machines, addresses, own, clear, found } from "./two-hosts.ts";

const managing = (address: string) => {
  const found = ownManager({ hostname: "m" }, [], { ID: "engine-m", Name: "m" });
  return { ...found, manager: { ...found.manager!, nodes: [{ Status: { Addr: address } } as NodeDetails] } };
};
const disks: ServiceRequirement = { ...SERVICE, disks: [{ path: "/mnt/disk1", subfolder: "minio" }] };
const mounts = [
  { path: "/", device: "254:0" },
  { path: "/mnt/disk1", device: "254:16" },
];
const managed = { ...SWARM, managers: ["a"] };
const full = { total: 100 * 2 ** 30, free: 2 ** 20 };
const low = { total: 100 * 2 ** 30, free: 2 ** 30 };
const FURTHER = "install the kernel's further modules (linux-modules-extra, kernel-modules-extra), or";

describe("accepts", () => {
  test.each<[string, Requirement[], ClusterSnapshot]>([
    [
      "two healthy machines",
      [managed, NETWORK],
      two({
        ...addresses("10.1.0.1", "10.1.0.2"),
        ...machines(
          {
            ...own("10.1.0.1"),
            machineId: "x",
            bootId: "1",
            clock: { least: -200, most: 100 },
            kernel: { vxlan: "yes", esp: "yes" },
            space: { "/": { total: 2 ** 40, free: 2 ** 39 }, "/mnt/disk1": full },
            listening: [22],
          },
          { ...own("10.1.0.2"), machineId: "y", bootId: "2", clock: { least: 50, most: 2_000 } },
        ),
      }),
    ],
    [
      "two namespaces on one kernel",
      [SWARM],
      two(machines({ machineId: "x", bootId: "1" }, { machineId: "x", bootId: "1" })),
    ],
    [
      "a kernel with unknown modules",
      [SWARM, NETWORK],
      two(machines({ kernel: { vxlan: "unknown", esp: "unknown" } })),
    ],
    [
      "a single host without ESP",
      [SWARM, NETWORK],
      snapshot({ a: named("a") }, { machines: { a: machine({ kernel: { vxlan: "yes", esp: "no" } }) } }),
    ],
    [
      "a host without ESP if nothing is encrypted",
      [SWARM, clear],
      two(machines({ kernel: { vxlan: "yes", esp: "no" } })),
    ],
    ["Swarm's own ports on its nodes", [managed], nodes(machines({ listening: [2377, 7946] }))],
    ["a manager's port on a worker", [{ ...SWARM, managers: ["b"] }], two(machines({ listening: [2377] }))],
  ])("%s", (_, requirements, seen) => expect(found(requirements, seen)).toEqual([]));
});

describe("reports", () => {
  test.each<[string, Requirement[], ClusterSnapshot, string | string[]]>([
    [
      "the same engine twice",
      [SWARM],
      snapshot({ a: named("a"), b: named("b", { ID: "engine-a" }) }),
      'Swarm "swarm": hosts.b.engine "ssh://b": is the same engine (engine-a) as that of host a: give another machine\'s, or, where machines are copies of each other, remove /etc/docker/key.json and engine-id in the Docker root and restart Docker there',
    ],
    [
      "the same hostname for two engines",
      [SWARM],
      snapshot({ a: named("a"), b: { ...named("a", { ID: "engine-b" }) } }),
      'Swarm "swarm": hosts.b.hostname "a": the engine of host a has the same name: rename one of the machines and restart Docker',
    ],
    [
      "the same address for two hosts",
      [SWARM],
      two(addresses("10.1.0.1", "10.1.0.1")),
      'Swarm "swarm": hosts.b.privateAddress "10.1.0.1": is the address of host a as well: give each host its own',
    ],
    [
      "a copied machine",
      [SWARM],
      two(machines({ machineId: "x", bootId: "1" }, { machineId: "x", bootId: "2" })),
      'warning: Swarm "swarm": hosts.b "x": /etc/machine-id is that of host a as well, and DHCP may give both one address: remove the file there, run `systemd-machine-id-setup`, and restart the machine',
    ],
    [
      "an address that only the host itself can connect to",
      [SWARM],
      two(addresses("127.0.0.1", "10.1.0.2")),
      'Swarm "swarm": hosts.a.privateAddress "127.0.0.1": leads every other host to itself: give the address at which the other hosts reach this one',
    ],
    [
      "clocks of engines whose machines cannot be inspected",
      [SWARM],
      snapshot({
        a: { ...named("a"), clock: { least: 2_900, most: 3_100 } },
        b: { ...named("b"), clock: { least: -700, most: -100 } },
      }),
      'warning: Swarm "swarm": hosts.a "clock": 3.0 s ahead of host b\'s: MinIO decides by the clock which version of an object is newer, and its nodes reject each other from 15 min on: synchronize both by NTP (`timedatectl set-ntp true`)',
    ],
    [
      "clocks with some difference",
      [SWARM],
      two(machines({ clock: { least: 2_900, most: 3_100 } }, { clock: { least: -700, most: -100 } })),
      'warning: Swarm "swarm": hosts.a "clock": 3.0 s ahead of host b\'s: MinIO decides by the clock which version of an object is newer, and its nodes reject each other from 15 min on: synchronize both by NTP (`timedatectl set-ntp true`)',
    ],
    [
      "clocks with too much difference",
      [SWARM],
      two(machines({ clock: { least: 0, most: 100 } }, { clock: { least: 900_100, most: 900_200 } })),
      'Swarm "swarm": hosts.b "clock": 900.0 s ahead of host a\'s: MinIO decides by the clock which version of an object is newer, and its nodes reject each other from 15 min on: synchronize both by NTP (`timedatectl set-ntp true`)',
    ],
    [
      "a machine with an engine, but without facts",
      [SWARM],
      two({ ...machines({}), factsErrors: { b: "a script there did not end within 60 s" } }),
      'warning: Swarm "swarm": hosts.b "machine": its kernel, MTU, ports and disks are not checked: a script there did not end within 60 s',
    ],
    [
      "a kernel without VXLAN",
      [SWARM],
      two(machines({ kernel: { vxlan: "no", esp: "yes" } })),
      `Swarm "swarm": hosts.a "kernel": has no VXLAN, which overlay networks need: ${FURTHER} another kernel`,
    ],
    [
      "a kernel without ESP",
      [NETWORK],
      two(machines({ kernel: { vxlan: "yes", esp: "no" } }, { kernel: { vxlan: "yes", esp: "no" } })),
      `OverlayNetwork "net": encrypted true: the kernel of hosts a, b has no ESP (module esp4), which encrypted traffic between hosts needs: ${FURTHER} set encrypted: false`,
    ],
    [
      "Swarm's ports used by other programs",
      [managed],
      two(machines({ listening: [2377, 7946] }, { listening: [2377] })),
      [
        'Swarm "swarm": hosts.a "7946/tcp": something listens on this port, which Swarm needs: end it (`ss -ltnp \'sport = :7946\'` names it)',
        'Swarm "swarm": hosts.a "2377/tcp": something listens on this port, which Swarm needs: end it (`ss -ltnp \'sport = :2377\'` names it)',
      ],
    ],
    [
      "Swarm's ports used by a program, and by an engine outside any Swarm",
      [managed],
      two(
        machines(
          { listening: [7946], portHolders: { 7946: "serf" } },
          { listening: [7946], portHolders: { 7946: "dockerd" } },
        ),
      ),
      [
        'Swarm "swarm": hosts.a "7946/tcp": serf listens on this port, which Swarm needs: end it (`ss -ltnp \'sport = :7946\'` names it)',
        'Swarm "swarm": hosts.b "7946/tcp": Docker Engine is not in a Swarm but still holds this port, which Swarm needs: restart it (`systemctl restart docker`)',
      ],
    ],
    [
      "full disks",
      [SWARM, disks],
      two(machines({ mounts, space: { "/": full, "/mnt/disk1": full } })),
      [
        'Swarm "swarm": hosts.a "/var/lib/docker": its disk has 1 MiB left of 100.0 GiB: free some space, or use a larger disk',
        'MinioService "store": hosts.a.drives "/mnt/disk1": its disk has 1 MiB left of 100.0 GiB: free some space, or use a larger disk',
      ],
    ],
    [
      "a full disk of a node, as a warning so that the fix can run",
      [SWARM, disks],
      nodes(machines({ mounts, space: { "/mnt/disk1": full } })),
      'warning: MinioService "store": hosts.a.drives "/mnt/disk1": its disk has 1 MiB left of 100.0 GiB: free some space, or use a larger disk',
    ],
    [
      "a full disk of an unreachable node, from its manager's facts",
      [{ ...SWARM, adopt: true }, disks],
      snapshot(
        { m: managing("10.1.0.1") },
        {
          unreachable: ["a"],
          addresses: { a: "10.1.0.1" },
          machines: { a: machine({ mounts, space: { "/mnt/disk1": full } }) },
        },
      ),
      'warning: MinioService "store": hosts.a.drives "/mnt/disk1": its disk has 1 MiB left of 100.0 GiB: free some space, or use a larger disk',
    ],
    [
      "disks with little free space",
      [SWARM, disks],
      two(machines({ mounts, space: { "/": low, "/mnt/disk1": low, "/mnt": full } })),
      [
        'warning: Swarm "swarm": hosts.a "/var/lib/docker": its disk has 1.0 GiB left of 100.0 GiB: free some space, or use a larger disk',
        'warning: MinioService "store": hosts.a.drives "/mnt/disk1": its disk has 1.0 GiB left of 100.0 GiB: free some space, or use a larger disk',
      ],
    ],
    [
      "a kernel without ESP under an existing network, as a warning so that the fix can run",
      [NETWORK],
      nodes({
        ...machines({ kernel: { vxlan: "yes", esp: "no" } }),
        hosts: { a: { ...node("a"), networks: [ownNetwork()] }, b: node("b") },
      }),
      `warning: OverlayNetwork "net": encrypted true: the kernel of host a has no ESP (module esp4), which encrypted traffic between hosts needs: ${FURTHER} set encrypted: false`,
    ],
    [
      "an engine that is too old",
      [SWARM],
      snapshot({ a: named("a", { ServerVersion: "19.03.15" }) }),
      'Swarm "swarm": hosts.a.engine "ssh://a": is Docker 19.03.15, which lacks what services need (Engine API 1.41): upgrade it to 20.10 or later',
    ],
    [
      "an unreachable engine",
      [SWARM],
      snapshot(
        { a: named("a") },
        { unreachable: ["b"], unreachableReasons: { b: "Docker Engine at ssh://b does not answer: no route" } },
      ),
      'warning: Swarm "swarm": hosts.b "engine": not checked: Docker Engine at ssh://b does not answer: no route',
    ],
  ])("%s", (_, requirements, seen, lines) => expect(found(requirements, seen)).toEqual([lines].flat()));
});

test.each([
  ["19.03.15", true],
  ["20.04.1", true],
  ["20.10.0", false],
  ["29.1.0-rc.1", false],
  ["dev", false],
])("Docker %s is too old: %s", (version, old) => expect(isTooOld(version)).toBe(old));
