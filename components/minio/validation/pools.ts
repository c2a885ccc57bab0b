import type { Host } from "../../hosts/host.ts";
import { DNS_LABEL_RULE, isDnsLabel } from "../../../core/dns-label.ts";
import { validateHostKeys } from "../../../core/host-keys.ts";
import type { ValidationIssue } from "../../../core/input-validation-error.ts";
import type { MinioMode, MinioPool, MinioServiceArgs } from "../args.ts";
import { validateParity } from "./parity.ts";
import {
  driveKeys,
  driveSource,
  erasureSetError,
  sortByKey,
  type MemberHost,
  selectDrives,
} from "../layout/topology.ts";
import type { ResolvedPool, KeyedPool } from "../layout/formed-pool.ts";

const MAX_DNS_LABEL_LENGTH = 63;

export const DEFAULT_POOL = "main";

type Hosts = Readonly<Record<string, Host>>;

type PoolArgs = Pick<MinioServiceArgs, "pools" | "mode" | "environment">;

/** The pools asked for; all hosts in one when nothing is. */
export function declaredOrDefaultPools({ pools }: Pick<PoolArgs, "pools">, hosts: Hosts): Record<string, MinioPool> {
  return pools ?? { [DEFAULT_POOL]: { hosts: Object.keys(hosts) } };
}

/** What is wrong with the pools of a store on these hosts. */
export function validatePools(args: PoolArgs, serviceName: string, hosts: Hosts): ValidationIssue[] {
  const pools = sortByKey(Object.entries(declaredOrDefaultPools(args, hosts)).map(([key, pool]) => ({ key, ...pool })));
  if (pools.length === 0) {
    return [{ argument: "pools", value: {}, problem: "a store needs a pool: leave pools out for one of all hosts" }];
  }
  const issues = [...pools.flatMap((pool) => validatePoolHosts(pool, hosts)), ...validateHostsInOnePool(pools)];
  if (issues.length > 0) return issues;
  const { mode = "global" } = args;
  const formed = pools.map((pool) => ({
    ...pool,
    members: sortByKey(pool.hosts.flatMap((host) => hosts[host] ?? [])),
  }));
  const unfit = [...validateNames(formed, mode, serviceName), ...formed.flatMap((pool) => validateDrives(pool, mode))];
  return unfit.length > 0 ? unfit : validateParity(formed, args.environment ?? {});
}

function validatePoolHosts({ key, hosts: hostKeys }: KeyedPool, hosts: Hosts): ValidationIssue[] {
  const argument = `pools.${key}.hosts`;
  if (!isDnsLabel(key)) return [{ argument: "pools", value: key, problem: `a pool's key ${DNS_LABEL_RULE}` }];
  if (hostKeys.length === 0) return [{ argument, value: hostKeys, problem: "a pool needs at least one host" }];
  return validateHostKeys(argument, hostKeys, Object.keys(hosts));
}

/** All pools publish the same ports, and a member is known by its host's name. */
function validateHostsInOnePool(pools: KeyedPool[]): ValidationIssue[] {
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
function validateNames(pools: ResolvedPool[], mode: MinioMode, serviceName: string): ValidationIssue[] {
  const services = pools.flatMap(({ key: pool, members }) =>
    mode === "global" ? [`${serviceName}-${pool}`] : members.map(({ key }) => `${serviceName}-${pool}-${key}`),
  );
  const members = pools.flatMap((pool) =>
    pool.members.map((host) => ({ pool: pool.key, ...memberNameOfHost(serviceName, host) })),
  );
  const long = [...services, ...members.map(({ name }) => name)].filter((name) => name.length > MAX_DNS_LABEL_LENGTH);
  const taken = members.filter(({ name }) => services.includes(name));
  const doubled = services.filter((name, index) => services.indexOf(name) !== index);
  return [
    ...long.map((value) => ({
      argument: "serviceName",
      value: serviceName,
      problem: `makes the name ${value} of ${value.length} letters, and DNS allows ${MAX_DNS_LABEL_LENGTH}: give a shorter one`,
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

const memberNameOfHost = (serviceName: string, { key, hostname }: MemberHost) => ({
  key,
  name: `${serviceName}-${hostname}`,
});

function validateDrives({ key, members, drivesPerHost }: ResolvedPool, mode: MinioMode): ValidationIssue[] {
  const [first, ...others] = members;
  if (!first) return [];
  const argument = `pools.${key}.hosts`;
  const few = drivesPerHost === undefined ? [] : validateDriveCount(key, members, drivesPerHost);
  if (few.length > 0) return few;
  const unequal = others.flatMap((host) => validateSameDrives(argument, first, host, drivesPerHost, mode));
  if (unequal.length > 0) return unequal;
  const drives = selectDrives(first, drivesPerHost).length;
  const problem = erasureSetError(members.length, drives);
  return problem === undefined ? [] : [{ argument, value: members.map(({ key }) => key), problem }];
}

function validateDriveCount(key: string, members: MemberHost[], value: number): ValidationIssue[] {
  const argument = `pools.${key}.drivesPerHost`;
  if (!Number.isInteger(value) || value < 1) {
    return [{ argument, value, problem: "must be a whole number of at least 1; without it all drives are taken" }];
  }
  return members.flatMap((host) => {
    const has = driveKeys(host);
    if (has.length >= value) return [];
    return [
      { argument, value, problem: `host "${host.key}" has ${pluralize(has.length, "drive")}: ${formatList(has)}` },
    ];
  });
}

/** All hosts of a pool give it the same drives; one global service can mount only the same folders. */
function validateSameDrives(
  argument: string,
  first: MemberHost,
  host: MemberHost,
  drivesPerHost: number | undefined,
  mode: MinioMode,
): ValidationIssue[] {
  const [wanted, has] = [selectDrives(first, drivesPerHost), selectDrives(host, drivesPerHost)];
  if (wanted.join() !== has.join()) {
    const wayOut =
      drivesPerHost === undefined && wanted.length !== has.length
        ? `, or take ${Math.min(wanted.length, has.length)} of each with drivesPerHost`
        : "";
    const problem = `has drives ${formatList(has)}, "${first.key}" has ${formatList(wanted)}: give all hosts of a pool the same drives${wayOut}`;
    return [{ argument, value: host.key, problem }];
  }
  if (mode === "replicated") return [];
  const moved = has.filter((key) => driveLocation(host, key) !== driveLocation(first, key));
  return moved.map((key) => ({
    argument,
    value: host.key,
    problem:
      `has drive ${key} at ${driveLocation(host, key)}, "${first.key}" at ${driveLocation(first, key)}: ` +
      'give it the same path everywhere, or use mode: "replicated"',
  }));
}

function driveLocation(host: MemberHost, key: string): string {
  const source = driveSource("", key, host.drives[key] ?? {});
  return "folder" in source ? source.folder : "a volume";
}

const formatList = (names: string[]) => names.toSorted().join(", ") || "none";
const pluralize = (number: number, what: string) => `${number} ${what}${number === 1 ? "" : "s"}`;
