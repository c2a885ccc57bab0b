import type { Host } from "../../hosts/host.ts";
import { DNS_LABEL_RULE, isDnsLabel } from "../../../core/dns-label.ts";
import { validateHostKeys } from "../../../core/host-keys.ts";
import type { ValidationIssue } from "../../../core/input-validation-error.ts";
import type { MinioMode, MinioPool, MinioServiceArgs } from "../args.ts";
import { parityFindings } from "./parity.ts";
import {
  driveKeys,
  driveSource,
  erasureSetProblem,
  inKeyOrder,
  type MemberHost,
  takenDrives,
} from "../layout/topology.ts";
import type { FormedPool, Pool } from "../layout/formed-pool.ts";

const MOST_LETTERS = 63;

export const DEFAULT_POOL = "main";

type Hosts = Readonly<Record<string, Host>>;

type PoolArgs = Pick<MinioServiceArgs, "pools" | "mode" | "environment">;

/** The pools asked for; all hosts in one when nothing is. */
export function poolsOf({ pools }: Pick<PoolArgs, "pools">, hosts: Hosts): Record<string, MinioPool> {
  return pools ?? { [DEFAULT_POOL]: { hosts: Object.keys(hosts) } };
}

/** What is wrong with the pools of a store on these hosts. */
export function poolFindings(args: PoolArgs, serviceName: string, hosts: Hosts): ValidationIssue[] {
  const pools = inKeyOrder(Object.entries(poolsOf(args, hosts)).map(([key, pool]) => ({ key, ...pool })));
  if (pools.length === 0) {
    return [{ argument: "pools", value: {}, problem: "a store needs a pool: leave pools out for one of all hosts" }];
  }
  const findings = [...pools.flatMap((pool) => hostFindings(pool, hosts)), ...sharedHostFindings(pools)];
  if (findings.length > 0) return findings;
  const { mode = "global" } = args;
  const formed = pools.map((pool) => ({
    ...pool,
    members: inKeyOrder(pool.hosts.flatMap((host) => hosts[host] ?? [])),
  }));
  const unfit = [...nameFindings(formed, mode, serviceName), ...formed.flatMap((pool) => driveFindings(pool, mode))];
  return unfit.length > 0 ? unfit : parityFindings(formed, args.environment ?? {});
}

function hostFindings({ key, hosts: hostKeys }: Pool, hosts: Hosts): ValidationIssue[] {
  const argument = `pools.${key}.hosts`;
  if (!isDnsLabel(key)) return [{ argument: "pools", value: key, problem: `a pool's key ${DNS_LABEL_RULE}` }];
  if (hostKeys.length === 0) return [{ argument, value: hostKeys, problem: "a pool needs at least one host" }];
  return validateHostKeys(argument, hostKeys, Object.keys(hosts));
}

/** All pools publish the same ports, and a member is known by its host's name. */
function sharedHostFindings(pools: Pool[]): ValidationIssue[] {
  return pools.flatMap(({ key, hosts }, index) => {
    const earlier = pools.slice(0, index);
    return [...new Set(hosts)].flatMap((host) => {
      const other = earlier.find((pool) => pool.hosts.includes(host));
      if (!other) return [];
      const problem = `is in pool "${other.key}" as well: a host belongs to one pool, take it out of the other`;
      return [{ argument: `pools.${key}.hosts`, value: host, problem }];
    });
  });
}

/** Names on the network: of the services and of the members. */
function nameFindings(pools: FormedPool[], mode: MinioMode, serviceName: string): ValidationIssue[] {
  const services = pools.flatMap(({ key: pool, members }) =>
    mode === "global" ? [`${serviceName}-${pool}`] : members.map(({ key }) => `${serviceName}-${pool}-${key}`),
  );
  const members = pools.flatMap((pool) =>
    pool.members.map((host) => ({ pool: pool.key, ...named(serviceName, host) })),
  );
  const long = [...services, ...members.map(({ name }) => name)].filter((name) => name.length > MOST_LETTERS);
  const taken = members.filter(({ name }) => services.includes(name));
  const doubled = services.filter((name, index) => services.indexOf(name) !== index);
  return [
    ...long.map((value) => ({
      argument: "serviceName",
      value: serviceName,
      problem: `makes the name ${value} of ${value.length} letters, and DNS allows ${MOST_LETTERS}: give a shorter one`,
    })),
    ...taken.map(({ pool, key, name }) => ({
      argument: `pools.${pool}.hosts`,
      value: key,
      problem: `its member and a service would both be called ${name}: give the pool another key`,
    })),
    ...doubled.map((name) => ({
      argument: "pools",
      value: pools.map(({ key }) => key),
      problem: `two services would be called ${name}: give one of the pools another key`,
    })),
  ];
}

const named = (serviceName: string, { key, hostname }: MemberHost) => ({ key, name: `${serviceName}-${hostname}` });

function driveFindings({ key, members, drivesPerHost }: FormedPool, mode: MinioMode): ValidationIssue[] {
  const [first, ...others] = members;
  if (!first) return [];
  const argument = `pools.${key}.hosts`;
  const few = drivesPerHost === undefined ? [] : tooFewDrives(key, members, drivesPerHost);
  if (few.length > 0) return few;
  const unequal = others.flatMap((host) => unlikeFirst(argument, first, host, drivesPerHost, mode));
  if (unequal.length > 0) return unequal;
  const drives = takenDrives(first, drivesPerHost).length;
  const problem = erasureSetProblem(members.length, drives);
  return problem === undefined ? [] : [{ argument, value: members.map(({ key }) => key), problem }];
}

function tooFewDrives(key: string, members: MemberHost[], value: number): ValidationIssue[] {
  const argument = `pools.${key}.drivesPerHost`;
  if (!Number.isInteger(value) || value < 1) {
    return [{ argument, value, problem: "must be a whole number of at least 1; without it all drives are taken" }];
  }
  return members.flatMap((host) => {
    const has = driveKeys(host);
    if (has.length >= value) return [];
    return [{ argument, value, problem: `host "${host.key}" has ${count(has.length, "drive")}: ${list(has)}` }];
  });
}

/** All hosts of a pool give it the same drives; one global service can mount only the same folders. */
function unlikeFirst(
  argument: string,
  first: MemberHost,
  host: MemberHost,
  drivesPerHost: number | undefined,
  mode: MinioMode,
): ValidationIssue[] {
  const [wanted, has] = [takenDrives(first, drivesPerHost), takenDrives(host, drivesPerHost)];
  if (wanted.join() !== has.join()) {
    const wayOut =
      drivesPerHost === undefined && wanted.length !== has.length
        ? `, or take ${Math.min(wanted.length, has.length)} of each with drivesPerHost`
        : "";
    const problem = `has drives ${list(has)}, "${first.key}" has ${list(wanted)}: give all hosts of a pool the same drives${wayOut}`;
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
