import type { MinioMode } from "./args.ts";
import type { MemberHost } from "./topology.ts";

/** One Swarm service of a store. */
export interface ServicePlan {
  /** Key in the output `serviceIds`: the pool's, in replicated mode `<pool>/<host>`. */
  key: string;
  /** What follows the component's name in the resource's. */
  role: string;
  /** Name in the Swarm. */
  serviceName: string;
  /** The hosts that run it, in key order. */
  hosts: MemberHost[];
  mode: MinioMode;
  /** Where its tasks may run. */
  constraints: string[];
}

/** Label of the nodes that are a pool's members. */
export function memberLabel(serviceName: string, poolKey: string): string {
  return `pulumi-swarm.minio.${serviceName}-${poolKey}`;
}

/** Value of `memberLabel` on a member. */
export const MEMBER = "member";

/** The services of a pool; `hosts` in key order. */
export function servicePlans(
  serviceName: string,
  poolKey: string,
  mode: MinioMode,
  hosts: readonly MemberHost[],
): ServicePlan[] {
  const member = `node.labels.${memberLabel(serviceName, poolKey)}==${MEMBER}`;
  const ofPool = `${serviceName}-${poolKey}`;
  if (mode === "global") {
    return [{ key: poolKey, role: poolKey, serviceName: ofPool, hosts: [...hosts], mode, constraints: [member] }];
  }
  return hosts.map((host) => ({
    key: `${poolKey}/${host.key}`,
    role: `${poolKey}-${host.key}`,
    serviceName: `${ofPool}-${host.key}`,
    hosts: [host],
    mode,
    constraints: [member, `node.hostname==${host.hostname}`],
  }));
}
