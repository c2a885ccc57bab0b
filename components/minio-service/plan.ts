import type { Host } from "../host/host.ts";
import type { MinioMode, MinioServiceArgs } from "./args.ts";
import { poolsOf } from "./pool-findings.ts";
import { inKeyOrder, layoutOf, type Layout } from "./topology.ts";

/** What a store is made of, decided from plain arguments. */
export interface StorePlan {
  serviceName: string;
  mode: MinioMode;
  poolKey: string;
  /** The members, in key order. */
  hosts: Host[];
  layout: Layout;
  /** Node label of the members. */
  label: Record<string, string>;
  /** In key order of their hosts. */
  services: ServicePlan[];
  /** Roles that its services would have in the other mode. */
  otherRoles: string[];
  /** Ports on the members; absent when nothing is published. */
  published?: { port: number; consolePort: number };
}

/** One Swarm service of a store. */
export interface ServicePlan {
  /** Key in the output `serviceIds`. */
  key: string;
  /** What follows the component's name in the resource's. */
  role: string;
  /** Name in the Swarm. */
  serviceName: string;
  /** The hosts that run it. */
  hosts: Host[];
  mode: MinioMode;
  /** Where its tasks may run. */
  constraints: string[];
}

/** Value of the members' label. */
export const MEMBER = "member";

/** Label of the nodes that are a pool's members. */
export function memberLabel(serviceName: string, poolKey: string): string {
  return `pulumi-swarm.minio.${serviceName}-${poolKey}`;
}

/** The plan for arguments in which nothing is wrong. */
export function planOf(
  args: Pick<MinioServiceArgs, "pools" | "mode" | "expose" | "port" | "consolePort">,
  serviceName: string,
  swarmHosts: Readonly<Record<string, Host>>,
): StorePlan {
  const { mode = "global", expose = true, port = 9000, consolePort = 9001 } = args;
  const [pool] = Object.entries(poolsOf(args, swarmHosts));
  if (!pool) throw new Error("a store has a pool");
  const [poolKey, { hosts: hostKeys }] = pool;
  const hosts = inKeyOrder(hostKeys.flatMap((key) => swarmHosts[key] ?? []));
  return {
    serviceName,
    mode,
    poolKey,
    hosts,
    layout: layoutOf(serviceName, hosts),
    label: { [memberLabel(serviceName, poolKey)]: MEMBER },
    services: servicePlans(serviceName, poolKey, mode, hosts),
    otherRoles: servicePlans(serviceName, poolKey, mode === "global" ? "replicated" : "global", hosts).map(
      ({ role }) => role,
    ),
    published: expose ? { port, consolePort } : undefined,
  };
}

function servicePlans(serviceName: string, poolKey: string, mode: MinioMode, hosts: Host[]): ServicePlan[] {
  const member = `node.labels.${memberLabel(serviceName, poolKey)}==${MEMBER}`;
  const ofPool = `${serviceName}-${poolKey}`;
  if (mode === "global") {
    return [{ key: poolKey, role: poolKey, serviceName: ofPool, hosts, mode, constraints: [member] }];
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
