import { join } from "node:path";
import { ROOT } from "../../toolchain/cache.ts";
import { TestStack } from "../../test/integration/stack.ts";
import { MANAGERS } from "./methods/method.ts";

/** A host in the configuration of the benchmark's program. */
export interface BenchHost {
  hostname: string;
  /** Its engine's address, as in DOCKER_HOST. */
  socket: string;
  address: string;
}

/**
 * Creates a stack with only a Swarm of these hosts. The number of managers is constant; the rest are workers.
 *
 * @param env additional environment variables for Pulumi
 */
export function swarmStack(hosts: readonly BenchHost[], env?: Record<string, string>): Promise<TestStack> {
  const config = {
    managers: Math.min(MANAGERS, hosts.length),
    hosts: Object.fromEntries(
      hosts.map(({ hostname, socket, address }) => [hostname, { engine: socket, hostname, address }]),
    ),
  };
  return TestStack.create({ project: join(ROOT, "bench", "hosts", "program"), config, env });
}
