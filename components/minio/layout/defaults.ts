import type { Host } from "../../hosts/host.ts";
import { type DataNetwork, isL2Attached } from "../../networks/node-network/data-network.ts";
import type { MinioPool, MinioServiceArgs } from "../args.ts";

/** Key of the pool of a store that declares none. */
export const DEFAULT_POOL = "main";

/** Returns the declared pools by key; without any, one pool of all hosts. */
export function declaredOrDefaultPools(
  { pools }: Pick<MinioServiceArgs, "pools">,
  hosts: Readonly<Record<string, Host>>,
): Record<string, MinioPool> {
  return pools ?? { [DEFAULT_POOL]: { hosts: Object.keys(hosts) } };
}

/** Whether ports are published if `expose` is not given: on every network except macvlan and ipvlan. */
export function exposesByDefault(network: Pick<DataNetwork, "driver">): boolean {
  return !isL2Attached(network);
}
