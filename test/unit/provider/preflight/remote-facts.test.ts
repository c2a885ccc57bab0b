import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { expect, test } from "vitest";
import { factsScript, parseFacts } from "../../../../provider/preflight/facts/remote.ts";

const DURING = { asked: 1_000_000, answered: 1_000_400 };

const PRINTED = `
== clock
1003.250000000

== route
Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
eth0	006433C6	00000000	0001	0	0	0	00FFFFFF	0	0	0

== mounts
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw

== tcp
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1

== tcp6
  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when
   0: 00000000000000000000000000000000:0016 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000

== machine-id
3d1219c7c4c5404aaa1f6d2a48adfda4

== boot-id
ae7ebc97-2e0e-4b80-9a5d-7e8706cb2bf2

== addresses
1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever
2: eth0    inet 198.51.100.1/24 brd 198.51.100.255 scope global eth0\\       valid_lft forever
2: eth0    inet6 fe80::1/64 scope link \\       valid_lft forever
3: tun0    inet 10.8.0.2 peer 10.8.0.1/32 scope global tun0\\       valid_lft forever

== links
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN mode DEFAULT group default qlen 1000\\    link/loop
2: eth0@if5: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1400 qdisc noqueue state UP mode DEFAULT group default \\    link/ether

== holders
LISTEN 0      4096               *:7946             *:*    users:(("dockerd",pid=940,fd=35))
LISTEN 0      128          0.0.0.0:2377       0.0.0.0:*

== kernel vxlan
yes

== kernel esp4
no

== kernel macvlan
yes

== kernel ipvlan
no

== root
yes

== python
/usr/bin/python3

== space
Filesystem     1024-blocks     Used Available Capacity Mounted on
/dev/vda            100000    60000     40000      60% /
/dev/vdb1             1000      900       100      90% /mnt/disk 1

== drive /mnt/disk 1/minio
owner 1000 100
label system_u:object_r:mnt_t:s0
file a b

== drive /mnt/disk2/minio

== clock-at-end
1003.500000000
`;

test("parses a machine's output", () =>
  expect(parseFacts(PRINTED, DURING)).toEqual({
    routes: [{ destination: "198.51.100.0/24", device: "eth0" }],
    mounts: [{ path: "/", device: "254:0" }],
    listening: [22],
    portHolders: { 7946: "dockerd" },
    machineId: "3d1219c7c4c5404aaa1f6d2a48adfda4",
    bootId: "ae7ebc97-2e0e-4b80-9a5d-7e8706cb2bf2",
    // 250 of the call's 400 ms passed between the two readings.
    clock: { least: 3_100, most: 3_250 },
    addresses: [
      { device: "lo", address: "127.0.0.1" },
      { device: "eth0", address: "198.51.100.1" },
      { device: "eth0", address: "fe80::1" },
      { device: "tun0", address: "10.8.0.2" },
    ],
    mtus: { lo: 65_536, eth0: 1_400 },
    kernel: { vxlan: "yes", esp: "no", macvlan: "yes", ipvlan: "no" },
    space: {
      "/": { total: 102_400_000, free: 40_960_000 },
      "/mnt/disk 1": { total: 1_024_000, free: 102_400 },
    },
    drives: { "/mnt/disk 1/minio": { owner: { user: 1000, group: 100 }, selinuxType: "mnt_t", files: ["a b"] } },
    hasPython: true,
    hasRoot: true,
  }));

test("returns no values for missing facts", () =>
  expect(parseFacts("== clock\nno such program\n", DURING)).toEqual({
    routes: [],
    mounts: [],
    listening: [],
    mtus: {},
    kernel: { vxlan: "unknown", esp: "unknown", macvlan: "unknown", ipvlan: "unknown" },
    space: {},
    drives: {},
    hasPython: false,
    hasRoot: false,
  }));

test("knows a clock without fractions only to the second", () =>
  expect(parseFacts("== clock\n1003\n== clock-at-end\n1003\n", DURING).clock).toEqual({ least: 2_600, most: 4_000 }));

test("parses a real machine's output", ({ skip }) => {
  if (process.platform !== "linux") skip(`what is read are Linux's own files, and this is ${process.platform}`);
  const asked = Date.now();
  const printed = execFileSync("sh", { input: factsScript([]) }).toString();
  const { clock, mounts, space, kernel } = parseFacts(printed, { asked, answered: Date.now() });
  // The shell read the same clock between the test's two readings.
  expect(clock!.least).toBeLessThanOrEqual(0);
  expect(clock!.most).toBeGreaterThanOrEqual(0);
  expect(mounts.some(({ path }) => path === "/")).toBe(true);
  expect(space!["/"]!.total).toBeGreaterThan(0);
  expect(["yes", "no", "unknown"]).toContain(kernel!.esp);
});

test("prints only listening sockets, because a busy machine has tens of thousands of connections", async ({ skip }) => {
  if (process.platform !== "linux") skip(`/proc/net/tcp is Linux's own, and this is ${process.platform}`);
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const client = connect(port, "127.0.0.1");
  await once(client, "connect");
  const printed = execFileSync("sh", { input: factsScript([]) }).toString();
  client.destroy();
  server.close();
  expect(parseFacts(printed, DURING).listening).toContain(port);
  const lines = printed.split("\n").filter((line) => /^\s*\d+: [0-9A-F]{8,32}:/.test(line));
  expect(lines.filter((line) => !line.includes(" 0A "))).toEqual([]);
});
