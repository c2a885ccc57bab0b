import type { Host } from "../host/host.ts";
import type { Finding } from "../shared/refusal.ts";
import type { MinioMode, MinioPool } from "./args.ts";
import { driveKeys, driveSource, erasureSetSize, inKeyOrder, type MemberHost, workableSizes } from "./topology.ts";

const DNS_LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const MOST_LETTERS = 63;

export const DEFAULT_POOL = "main";

type Hosts = Readonly<Record<string, Host>>;

interface PoolArgs {
  pools?: Record<string, MinioPool>;
  mode?: MinioMode;
}

/** The pools asked for; all hosts in one when nothing is. */
export function poolsOf({ pools }: PoolArgs, hosts: Hosts): Record<string, MinioPool> {
  return pools ?? { [DEFAULT_POOL]: { hosts: Object.keys(hosts) } };
}

/** What is wrong with the pools of a store on these hosts. */
export function poolFindings(args: PoolArgs, serviceName: string, hosts: Hosts): Finding[] {
  const pools = poolsOf(args, hosts);
  const keys = Object.keys(pools).toSorted();
  if (keys.length === 0) {
    return [{ argument: "pools", value: pools, problem: "a store needs a pool: leave pools out for one of all hosts" }];
  }
  if (keys.length > 1) {
    const problem = "this release forms stores of one pool: put all hosts in one, or make a MinioService for each";
    return [{ argument: "pools", value: keys, problem }];
  }
  return keys.flatMap((key) =>
    onePoolFindings(key, pools[key]?.hosts ?? [], args.mode ?? "global", serviceName, hosts),
  );
}

function onePoolFindings(
  key: string,
  hostKeys: string[],
  mode: MinioMode,
  serviceName: string,
  hosts: Hosts,
): Finding[] {
  const argument = `pools.${key}.hosts`;
  if (!DNS_LABEL.test(key)) {
    const problem = "a pool's key must be a lowercase DNS label: letters, digits and inner hyphens, at most 63";
    return [{ argument: "pools", value: key, problem }];
  }
  if (hostKeys.length === 0) return [{ argument, value: hostKeys, problem: "a pool needs at least one host" }];
  const doubled = hostKeys.filter((host, index) => hostKeys.indexOf(host) !== index);
  const strangers = hostKeys.filter((host) => hosts[host] === undefined);
  const findings = [
    ...doubled.map((value) => ({ argument, value, problem: "is there twice: name each host once" })),
    ...strangers.map((value) => ({
      argument,
      value,
      problem: `is no host of the Swarm: it has ${list(Object.keys(hosts))}`,
    })),
  ];
  if (findings.length > 0) return findings;
  const members = inKeyOrder(hostKeys.flatMap((host) => hosts[host] ?? []));
  return [...memberFindings(argument, key, members, mode, serviceName), ...driveFindings(argument, members, mode)];
}

/** Names on the network: of the pool's services and of its members. */
function memberFindings(
  argument: string,
  pool: string,
  members: MemberHost[],
  mode: MinioMode,
  serviceName: string,
): Finding[] {
  const services =
    mode === "global" ? [`${serviceName}-${pool}`] : members.map(({ key }) => `${serviceName}-${pool}-${key}`);
  const names = [...services, ...members.map(({ hostname }) => `${serviceName}-${hostname}`)];
  const long = names.filter((name) => name.length > MOST_LETTERS);
  const taken = members.filter(({ hostname }) => services.includes(`${serviceName}-${hostname}`));
  return [
    ...long.map((value) => ({
      argument: "serviceName",
      value: serviceName,
      problem: `makes the name ${value} of ${value.length} letters, and DNS allows ${MOST_LETTERS}: give a shorter one`,
    })),
    ...taken.map(({ key, hostname }) => ({
      argument,
      value: key,
      problem: `its member and a service would both be called ${serviceName}-${hostname}: give the pool another key`,
    })),
  ];
}

function driveFindings(argument: string, members: MemberHost[], mode: MinioMode): Finding[] {
  const [first, ...others] = members;
  if (!first) return [];
  const unequal = others.flatMap((host) => unlikeFirst(argument, first, host, mode));
  if (unequal.length > 0) return unequal;
  const drives = driveKeys(first).length;
  if (erasureSetSize(members.length, drives) !== undefined) return [];
  const problem =
    `MinIO cannot form equal erasure sets of 2 to 16 drives of ${count(members.length, "host")} with ` +
    `${count(drives, "drive")} each: ${workableSizes(members.length, drives)}`;
  return [{ argument, value: members.map(({ key }) => key), problem }];
}

/** All hosts of a pool give it the same drives; one global service can mount only the same folders. */
function unlikeFirst(argument: string, first: MemberHost, host: MemberHost, mode: MinioMode): Finding[] {
  const [wanted, has] = [driveKeys(first), driveKeys(host)];
  if (wanted.join() !== has.join()) {
    const problem = `has drives ${list(has)}, "${first.key}" has ${list(wanted)}: give all hosts of a pool the same drives`;
    return [{ argument, value: host.key, problem }];
  }
  if (mode === "replicated") return [];
  const moved = has.filter((key) => place(host, key) !== place(first, key));
  return moved.map((key) => ({
    argument,
    value: host.key,
    problem:
      `has drive ${key} at ${place(host, key)}, "${first.key}" at ${place(first, key)}: ` +
      'give it the same path everywhere, or use mode: "replicated"',
  }));
}

function place(host: MemberHost, key: string): string {
  const source = driveSource("", key, host.drives[key] ?? {});
  return "folder" in source ? source.folder : "a volume";
}

const list = (names: string[]) => names.toSorted().join(", ") || "none";
const count = (number: number, what: string) => `${number} ${what}${number === 1 ? "" : "s"}`;
