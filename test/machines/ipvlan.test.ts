import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openBuckets, randomObject } from "../integration/s3.ts";
import { TestStack } from "../integration/stack.ts";
import type { Machine, MachineLab } from "../../lab/vm/lab.ts";
import { hostSettings, startStoreMachines, storeLinks } from "../../lab/vm/store-machines.ts";
import { machinesUnavailableReason } from "../../lab/vm/tools.ts";

/** Networks for which the kernel that the namespaces share has no driver: ipvlan, and VLANs. */
let lab: MachineLab;
let image: string;

const problem = machinesUnavailableReason();

/** An address of the network that the machines are on. */
const address = (last: number) => lab.machine(1).address.replace(/\d+$/, String(last));

/** A stack of a store on all machines, each with one address of its own to give on that network. */
function stackOn(driver: string, parent: string): Promise<TestStack> {
  const hosts = Object.fromEntries(
    lab.machines.map((machine) => [
      machine.hostname,
      { ...hostSettings(machine), link: { parent, ipRange: `${address(128 + machine.number)}/32` } },
    ]),
  );
  return TestStack.create({ config: { stack: "ssh", hosts, image, driver, subnet: `${address(0)}/24` } });
}

/** The card of a machine, and the one that the store's container has on it. */
async function cards(machine: Machine): Promise<[own: string, container: string]> {
  const own = await machine.run("cat /sys/class/net/eth0/address");
  return [own.trim(), await storeLinks(machine)];
}

describe("a store on a network of ipvlan, of machines with kernels of their own", () => {
  let stack: TestStack;

  beforeAll(async () => {
    if (problem !== undefined) return;
    ({ lab, image } = await startStoreMachines({ machines: 2 }));
    stack = await stackOn("ipvlan", "eth0");
  });
  afterAll(async () => {
    stack?.remove();
    await lab?.stop();
  });
  beforeEach(({ skip }) => {
    if (problem !== undefined) skip(problem);
  });

  test("forms across hosts, with the host's own MAC address, and objects read back equal", async () => {
    await stack.up();
    const through = await openBuckets(stack, "ipvlan");
    const [first, second] = Object.values(through) as [(typeof through)[string], (typeof through)[string]];
    await first.create();
    const content = randomObject();
    await first.put("object", content);
    expect((await second.get("object")).equals(content)).toBe(true);
    for (const machine of lab.machines) {
      const [own, container] = await cards(machine);
      expect(container).toContain(own);
    }
  });

  test("is clean at the second look", async () => {
    expect((await stack.preview({ refresh: true })).steps).toEqual([]);
  });

  test("is taken away whole", async () => {
    await stack.destroy();
    for (const machine of lab.machines) {
      expect(await machine.run("docker network ls --format '{{.Name}}'")).not.toMatch(/minio-network/);
    }
  });
});
