import { join } from "node:path";
import { ROOT } from "../../toolchain/cache.ts";
import { TestStack } from "../../test/integration/stack.ts";
import { MANAGERS } from "./methods/method.ts";

/** A host as the benchmark's program is told of it. */
export interface BenchHost {
  hostname: string;
  /** Its engine, as in DOCKER_HOST. */
  socket: string;
  address: string;
}

/**
 * A stack with a Swarm of these hosts, and nothing on it. Only the number of workers grows with the hosts.
 *
 * @param env variables of Pulumi's environment beside the usual ones
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
