import { TestStack } from "../../../test/integration/stack.ts";
import type { LabHost } from "../../../test/lab/lab.ts";
import { costOf } from "../cost.ts";
import { MANAGERS, type Way } from "./way.ts";

/** This repository's own program, of kind `ssh`: `pulumi up` from an empty state until it ends. */
export function byProgram(): Way {
  const stacks: TestStack[] = [];
  return {
    async build(hosts, image) {
      const stack = await TestStack.create({ config: configOf(hosts, image) });
      stacks.push(stack);
      await costOf(stack, "up");
    },
    forget() {
      for (const stack of stacks) stack.remove();
    },
  };
}

/** These kernels have no ESP, and one drive a host is what every way makes. */
export function configOf(hosts: readonly LabHost[], image: string, drive: { path?: string } = {}) {
  return {
    stack: "ssh",
    encrypted: false,
    image,
    drives: { d1: drive },
    hosts: Object.fromEntries(
      hosts.map(({ number, hostname, address, ssh: { user, identityFile, hostKey } }) => [
        hostname,
        { address, user, identityFile, hostKey, role: number <= MANAGERS ? "manager" : "worker" },
      ]),
    ),
  };
}
