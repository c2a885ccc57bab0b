import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Engine } from "../../engine/engine.ts";
import { getStoreAccess, TrafficClient, formatTraffic } from "../integration/traffic-client.ts";
import { type Bucket, openBuckets } from "../integration/s3.ts";
import { TestStack } from "../integration/stack.ts";
import type { Capture, Machine, MachineLab } from "../../lab/vm/lab.ts";
import { hostSettings, startStoreMachines, storeLinks } from "../../lab/vm/store-machines.ts";
import { machinesUnavailableReason } from "../../lab/vm/tools.ts";

/** What needs separate kernels: encryption on the wire, clocks, a reboot. */
let lab: MachineLab;
let stack: TestStack;
let through: Record<string, Bucket>;

const problem = machinesUnavailableReason();
const MIB = 1024 * 1024;

/** A text to search for in captured traffic, repeated so that some copies are within one frame. */
const TEXT = "the-known-pattern-of-the-encryption-test";
const KNOWN = Buffer.from(TEXT.repeat(100_000));

async function makeStack(image: string): Promise<TestStack> {
  const hosts = Object.fromEntries(lab.machines.map((machine) => [machine.hostname, hostSettings(machine)]));
  return TestStack.create({ config: { stack: "ssh", hosts, image } });
}

/** Captures the traffic between the machines while an object is written through one and read through another. */
async function wireOf(name: string, content: Buffer): Promise<Capture> {
  const [first, second] = Object.values(through) as [Bucket, Bucket];
  const capture = await lab.capture();
  await first.put(name, content);
  expect((await second.get(name)).equals(content)).toBe(true);
  await capture.stop();
  return capture;
}

/** Returns the MTU of the overlay interface in the store's container on a machine. */
async function overlayMtu(machine: Machine): Promise<number> {
  const printed = await storeLinks(machine);
  const mtus = [...printed.matchAll(/^\d+: eth.* mtu (\d+)/gm)].map(([, mtu]) => Number(mtu));
  // The other interface is connected to the host.
  return Math.min(...mtus);
}

describe("a store on virtual machines", () => {
  beforeAll(async () => {
    if (problem !== undefined) return;
    const started = await startStoreMachines({ machines: 3 });
    lab = started.lab;
    stack = await makeStack(started.image);
  });
  afterAll(async () => {
    stack?.remove();
    await lab?.stop();
  });
  beforeEach(({ skip }) => {
    if (problem !== undefined) skip(problem);
  });

  test("is deployed with all defaults, encrypted, and has an empty second preview", async () => {
    await stack.up();
    through = await openBuckets(stack, "wire");
    await through["machine1"]!.create();
    expect((await stack.preview({ refresh: true })).steps).toEqual([]);
  });

  test("encrypts all traffic between its hosts with ESP", async () => {
    const wire = await wireOf("encrypted", KNOWN);
    const frames = { esp: await wire.count("esp"), vxlan: await wire.count("udp port 4789") };
    console.log(`encrypted: ${frames.esp} ESP frames, ${frames.vxlan} of VXLAN, text ${await wire.occurrences(TEXT)}×`);
    expect(frames.esp).toBeGreaterThan(100);
    expect(frames.vxlan).toBe(0);
    expect(await wire.occurrences(TEXT)).toBe(0);
  });

  test("reduces the MTU for the encryption, and transfers large objects", async () => {
    for (const machine of lab.machines) expect(await overlayMtu(machine)).toBe(1424);
    const large = Buffer.alloc(64 * MIB, "0123456789abcdef");
    const [first, second] = Object.values(through) as [Bucket, Bucket];
    await first.put("large", large);
    expect((await second.get("large")).equals(large)).toBe(true);
  });

  test("survives the reboot of a manager without data loss, and has no changes afterwards", async () => {
    const [, machine] = lab.machines as [Machine, Machine];
    const client = await TrafficClient.start({ access: await getStoreAccess(stack), bucket: "reboot", pauseMs: 200 });
    await machine.reboot();
    await machine.waitForBoot();
    const account = await client.finish();
    console.log(`one of three machines rebooted:\n${formatTraffic(account)}`);
    expect(account).toMatchObject({ lost: [], changed: [] });
    expect(account.retrying.writes).toBeGreaterThan(0);
    // The machine answers before its task runs again; until then a preview shows a change.
    const manager = new Engine(lab.machine(1).connection);
    const runs = async () =>
      (await manager.listTasks({ "desired-state": ["running"] })).map(({ Status }) => Status.State);
    await expect.poll(runs, { timeout: 300_000, interval: 1_000 }).toEqual(["running", "running", "running"]);
    await stack.up();
    expect((await stack.preview({ refresh: true })).steps).toEqual([]);
    const nodes = await manager.listNodes();
    expect(nodes.map(({ Status }) => Status.State)).toEqual(["ready", "ready", "ready"]);
  });

  test("reports the host with a wrong clock", async () => {
    const [, , machine] = lab.machines as [Machine, Machine, Machine];
    const clocks = async () => {
      const times = await Promise.all(lab.machines.map((each) => each.run("date --utc +%T")));
      return times.map((clock) => clock.trim()).join(", ");
    };
    await machine.run("date --set '+10 minutes'");
    const before = await clocks();
    const { output } = await stack.preview();
    console.log(`clocks: ${before}; after the preview: ${await clocks()}`);
    await machine.run("date --set '-10 minutes'");
    expect(output).toMatch(/machine3.*clock|clock.*machine3/);
  });

  test("sends unencrypted traffic with encrypted: false, in which the text is found", async () => {
    stack.config("encrypted", false);
    stack.config("allowOutage", true);
    await stack.up();
    const wire = await wireOf("plain", KNOWN);
    const frames = { esp: await wire.count("esp"), vxlan: await wire.count("udp port 4789") };
    console.log(`in the clear: ${frames.esp} ESP frames, ${frames.vxlan} of VXLAN`);
    expect(frames.vxlan).toBeGreaterThan(100);
    expect(await wire.occurrences(TEXT)).toBeGreaterThan(0);
  });

  test("is removed completely", async () => {
    await stack.destroy();
    for (const machine of lab.machines) {
      expect((await new Engine(machine.connection).info()).Swarm.LocalNodeState).toBe("inactive");
    }
  });
});
