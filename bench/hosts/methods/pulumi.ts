import { TestStack } from "../../../test/integration/stack.ts";
import type { LabHost } from "../../../lab/lab.ts";
import { measureCost } from "../cost.ts";
import { MANAGERS, type Method } from "./method.ts";

/** Runs `pulumi up` of this repository's program, of kind `ssh`, with an empty state. */
export function createPulumiMethod(): Method {
  const stacks: TestStack[] = [];
  return {
    async build(hosts, image) {
      const stack = await TestStack.create({ config: createConfig(hosts, image) });
      stacks.push(stack);
      await measureCost(stack, "up");
    },
    cleanUp() {
      for (const stack of stacks) stack.remove();
    },
  };
}

/** The drivers that are measured. */
export type MeasuredNetwork = "overlay" | "macvlan" | "ipvlan";

/** Every method creates one drive per host. With macvlan and ipvlan each member has an address of the hosts' network. */
export function createConfig(
  hosts: readonly LabHost[],
  image: string,
  drive: { path?: string } = {},
  driver: MeasuredNetwork = "overlay",
) {
  const [first] = hosts;
  const at = (last: number) => first?.address.replace(/\d+$/, String(last));
  const linkOf = (number: number) => ({ parent: "eth0", ipRange: `${at(128 + number)}/32` });
  return {
    stack: "ssh",
    driver,
    // These kernels have no ESP.
    ...(driver === "overlay" ? { encrypted: false } : { subnet: `${at(0)}/24` }),
    image,
    drives: { d1: drive },
    hosts: Object.fromEntries(
      hosts.map(({ number, hostname, address, ssh: { user, identityFile, hostKey } }) => [
        hostname,
        {
          ...{ address, user, identityFile, hostKey },
          role: number <= MANAGERS ? "manager" : "worker",
          ...(driver !== "overlay" && { link: linkOf(number) }),
        },
      ]),
    ),
  };
}
