import { expect, test } from "vitest";
import { readLocalFacts } from "../../../../provider/preflight/facts/local.ts";
import { parseListening, parseMounts, parseRoutes } from "../../../../provider/preflight/facts/machine.ts";

test("parses the kernel's routes", () => {
  const text = [
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT",
    "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0",
    "docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0",
    "tun0\t0000000A\t00000000\t0001\t0\t0\t0\t000000FF\t0\t0\t0",
    "",
  ].join("\n");
  expect(parseRoutes(text)).toEqual([
    { destination: "0.0.0.0/0", device: "eth0" },
    { destination: "172.17.0.0/16", device: "docker0" },
    { destination: "10.0.0.0/8", device: "tun0" },
  ]);
});

test("parses mounts with spaces in a path", () => {
  const text = [
    "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw",
    "91 27 254:16 / /mnt/disk\\0401 rw,relatime shared:1 - xfs /dev/vdb rw",
  ].join("\n");
  expect(parseMounts(text)).toEqual([
    { path: "/", device: "254:0" },
    { path: "/mnt/disk 1", device: "254:16" },
  ]);
});

test("parses listening ports, but not the ports of connections", () => {
  const text = [
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
    "   0: 00000000:2328 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1",
    "   1: 0100007F:1F90 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 2 1",
  ].join("\n");
  expect(parseListening(text)).toEqual([9000]);
});

test("returns nothing without such a file", () => {
  expect([parseRoutes(""), parseMounts(""), parseListening("")]).toEqual([[], [], []]);
});

test("reads this machine's files", async ({ skip }) => {
  if (process.platform !== "linux") skip(`what is read are Linux's own files, and this is ${process.platform}`);
  const { mounts, drives } = await readLocalFacts([]);
  expect(mounts).toContainEqual(expect.objectContaining({ path: "/" }));
  expect(drives).toEqual({});
});
