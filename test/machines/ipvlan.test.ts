import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openBuckets, randomObject } from "../integration/s3.ts";
import { TestStack } from "../integration/stack.ts";
import type { Machine, MachineLab } from "../../lab/vm/lab.ts";
import { hostSettings, startStoreMachines, storeLinks } from "../../lab/vm/store-machines.ts";
import { machinesUnavailableReason } from "../../lab/vm/tools.ts";

/** ipvlan needs virtual machines: the kernel that the lab's namespaces share has no driver for it. */
let lab: MachineLab;
let image: string;

const problem = machinesUnavailableReason();

/** Returns an address of the machines' network. */
const address = (last: number) => lab.machine(1).address.replace(/\d+$/, String(last));

/** Creates a stack with a store on all machines, each with one address of that network. */
function stackOn(driver: string, parent: string): Promise<TestStack> {
  const hosts = Object.fromEntries(
    lab.machines.map((machine) => [
      machine.hostname,
      { ...hostSettings(machine), link: { parent, ipRange: `${address(128 + machine.number)}/32` } },
    ]),
  );
  return TestStack.create({ config: { stack: "ssh", hosts, image, driver, subnet: `${address(0)}/24` } });
}

/** Returns a machine's MAC address, and the network interfaces of the store's container. */
async function cards(machine: Machine): Promise<[own: string, container: string]> {
  const own = await machine.run("cat /sys/class/net/eth0/address");
  return [own.trim(), await storeLinks(machine)];
}

describe("a store on an ipvlan network of virtual machines", () => {
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

  test("forms across hosts with the hosts' MAC addresses, and objects read back equal", async () => {
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

  test("has an empty second preview", async () => {
    expect((await stack.preview({ refresh: true })).steps).toEqual([]);
  });

  test("is removed completely", async () => {
    await stack.destroy();
    for (const machine of lab.machines) {
      expect(await machine.run("docker network ls --format '{{.Name}}'")).not.toMatch(/minio-network/);
    }
  });
});
