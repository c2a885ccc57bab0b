import type * as pulumi from "@pulumi/pulumi";
import type { Host } from "../../hosts/host.ts";
import { knownValue } from "../../shared/inputs.ts";
import { DNS_LABEL_RULE, isDnsLabel } from "../../../core/dns-label.ts";
import { validateHostKeys } from "../../../core/host-keys.ts";
import type { ValidationIssue } from "../../../core/input-validation-error.ts";
import type { MinioMode, MinioPool, MinioServiceArgs } from "../args.ts";
import { declaredOrDefaultPools } from "../layout/defaults.ts";
import {
  defaultParity,
  driveKeys,
  driveSource,
  erasureSetError,
  erasureSetSize,
  type MemberHost,
  memberName,
  PARITY_SETTING,
  pluralize,
  REDUCED_PARITY_SETTING,
  selectDrives,
  sortByKey,
  toMemberHost,
} from "../layout/topology.ts";

/** The longest hostname that Docker gives a container. */
const MAX_MEMBER_NAME_LENGTH = 63;

type Hosts = Readonly<Record<string, Host>>;

type PoolArgs = Pick<MinioServiceArgs, "pools" | "mode" | "environment">;

/** A declared pool with its key. */
type KeyedPool = MinioPool & { key: string };

/** A pool with only existing host keys. */
export interface ResolvedPool extends KeyedPool {
  /** In key order. */
  members: MemberHost[];
}

/** Validates the pools of a store on these hosts. Drives and parity are validated only if every host key is valid. */
export function validatePools(args: PoolArgs, serviceName: string, hosts: Hosts): ValidationIssue[] {
  const pools = sortByKey(Object.entries(declaredOrDefaultPools(args, hosts)).map(([key, pool]) => ({ key, ...pool })));
  if (pools.length === 0) {
    return [
      { argument: "pools", value: {}, problem: "must have at least one pool: leave pools out for one of all hosts" },
    ];
  }
  const hostIssues = [...pools.flatMap((pool) => validatePoolHosts(pool, hosts)), ...validateHostsInOnePool(pools)];
  if (hostIssues.length > 0) return hostIssues;
  const { mode = "global" } = args;
  const resolved = pools.map((pool) => ({
    ...pool,
    members: sortByKey(pool.hosts.flatMap((host) => hosts[host] ?? [])).map(toMemberHost),
  }));
  const issues = [
    ...validateNames(resolved, mode, serviceName),
    ...resolved.flatMap((pool) => validateDrives(pool, mode)),
  ];
  return issues.length > 0 ? issues : validateParity(resolved, args.environment ?? {});
}

function validatePoolHosts({ key, hosts: hostKeys }: KeyedPool, hosts: Hosts): ValidationIssue[] {
  const argument = `pools.${key}.hosts`;
  if (!isDnsLabel(key)) return [{ argument: "pools", value: key, problem: `a pool's key ${DNS_LABEL_RULE}` }];
  if (hostKeys.length === 0) return [{ argument, value: hostKeys, problem: "a pool needs at least one host" }];
  return validateHostKeys(argument, hostKeys, Object.keys(hosts));
}

/** A host in two pools would publish the same ports twice, and members are named after their hosts. */
function validateHostsInOnePool(pools: KeyedPool[]): ValidationIssue[] {
  return pools.flatMap(({ key, hosts }, index) => {
    const earlier = pools.slice(0, index);
    return [...new Set(hosts)].flatMap((host) => {
      const other = earlier.find((pool) => pool.hosts.includes(host));
      if (!other) return [];
      const problem = `is also in pool "${other.key}": a host can be in one pool only; remove it from one of them`;
      return [{ argument: `pools.${key}.hosts`, value: host, problem }];
    });
  });
}

/** Services and members share the network's namespace. */
function validateNames(pools: ResolvedPool[], mode: MinioMode, serviceName: string): ValidationIssue[] {
  const services = pools.flatMap(({ key: pool, members }) =>
    mode === "global" ? [`${serviceName}-${pool}`] : members.map(({ key }) => `${serviceName}-${pool}-${key}`),
  );
  const members = pools.flatMap((pool) =>
    pool.members.flatMap(({ key, hostname }) => {
      const known = knownValue(hostname);
      return known === undefined ? [] : [{ pool: pool.key, key, name: memberName(serviceName, known) }];
    }),
  );
  const tooLong = [...services, ...members.map(({ name }) => name)].filter(
    (name) => name.length > MAX_MEMBER_NAME_LENGTH,
  );
  const namedLikeService = members.filter(({ name }) => services.includes(name));
  const duplicates = services.filter((name, index) => services.indexOf(name) !== index);
  return [
    ...tooLong.map((value) => ({
      argument: "serviceName",
      value: serviceName,
      problem: `leads to the name ${value}, which has ${value.length} characters; DNS allows ${MAX_MEMBER_NAME_LENGTH}: give a shorter one`,
    })),
    ...namedLikeService.map(({ pool, key, name }) => ({
      argument: `pools.${pool}.hosts`,
      value: key,
      problem: `its member and a service would both be called ${name}: give the pool another key`,
    })),
    ...duplicates.map((name) => ({
      argument: "pools",
      value: pools.map(({ key }) => key),
      problem: `two services would be called ${name}: give one of the pools another key`,
    })),
  ];
}

function validateDrives({ key, members, drivesPerHost }: ResolvedPool, mode: MinioMode): ValidationIssue[] {
  const [first, ...others] = members;
  if (!first) return [];
  const argument = `pools.${key}.hosts`;
  const countIssues = drivesPerHost === undefined ? [] : validateDriveCount(key, members, drivesPerHost);
  if (countIssues.length > 0) return countIssues;
  const differences = others.flatMap((host) => validateSameDrives(argument, first, host, drivesPerHost, mode));
  if (differences.length > 0) return differences;
  const problem = erasureSetError(members.length, selectDrives(first, drivesPerHost).length);
  return problem === undefined ? [] : [{ argument, value: members.map(({ key }) => key), problem }];
}

function validateDriveCount(key: string, members: MemberHost[], value: number): ValidationIssue[] {
  const argument = `pools.${key}.drivesPerHost`;
  if (!Number.isInteger(value) || value < 1) {
    return [{ argument, value, problem: "must be a whole number of at least 1: omit it to use all drives" }];
  }
  return members.flatMap((host) => {
    const keys = driveKeys(host);
    if (keys.length >= value) return [];
    const problem = `host "${host.key}" has only ${pluralize(keys.length, "drive")}: ${formatList(keys)}`;
    return [{ argument, value, problem }];
  });
}

/** The hosts of a pool need the same drive keys; the tasks of a global service share one set of mounts, and so paths. */
function validateSameDrives(
  argument: string,
  first: MemberHost,
  host: MemberHost,
  drivesPerHost: number | undefined,
  mode: MinioMode,
): ValidationIssue[] {
  const [expected, actual] = [selectDrives(first, drivesPerHost), selectDrives(host, drivesPerHost)];
  if (expected.join() !== actual.join()) {
    const alternative =
      drivesPerHost === undefined && expected.length !== actual.length
        ? `, or use ${Math.min(expected.length, actual.length)} of each with drivesPerHost`
        : "";
    const problem = `has drives ${formatList(actual)}, "${first.key}" has ${formatList(expected)}: give all hosts of a pool the same drives${alternative}`;
    return [{ argument, value: host.key, problem }];
  }
  if (mode === "replicated") return [];
  const elsewhere = actual.filter((key) => driveLocation(host, key) !== driveLocation(first, key));
  return elsewhere.map((key) => ({
    argument,
    value: host.key,
    problem:
      `has drive ${key} at ${driveLocation(host, key)}, "${first.key}" at ${driveLocation(first, key)}: ` +
      'give it the same path on all hosts, or use mode: "replicated"',
  }));
}

function driveLocation(host: MemberHost, key: string): string {
  const source = driveSource("", key, host.drives[key] ?? {});
  return "folder" in source ? source.folder : "a volume";
}

const formatList = (names: string[]) => names.toSorted().join(", ") || "none";

/**
 * Validates that pools of different sizes can form one store: the first pool sets the parity of all, and MinIO allows
 * at most half of an erasure set. Expects pools in MinIO's order, each valid on its own.
 */
export function validateParity(
  pools: readonly ResolvedPool[],
  environment: Readonly<Record<string, pulumi.Input<string>>>,
  host: "host" | "member" = "host",
): ValidationIssue[] {
  const [first, ...others] = pools;
  if (!first) return [];
  const classes = validateStorageClasses(pools.map(setSizeOf), environment);
  if (classes.length > 0 || others.length === 0) return classes;
  const single = pools.filter((pool) => setSizeOf(pool) === 1);
  if (single.length > 0) return single.map((pool) => singleDriveIssue(pool, host));
  const parity = parityOf(environment[PARITY_SETTING], defaultParity(setSizeOf(first)));
  if (parity === undefined) return [];
  const alternative =
    environment[PARITY_SETTING] === undefined ? `, or set a lower parity: environment ${PARITY_SETTING}=EC:n` : "";
  return others
    .filter((pool) => parity > setSizeOf(pool) / 2)
    .map((pool) => ({
      argument: `pools.${pool.key}`,
      value: { [`${host}s`]: pool.hosts, drivesPerHost: pool.drivesPerHost },
      problem:
        `has erasure sets of ${setSizeOf(pool)} drives, but parity ${parity}, which the first pool ` +
        `"${first.key}" sets for all pools, needs at least ${2 * parity}: add ${host}s or drives${alternative}`,
    }));
}

/** MinIO can neither expand a single-drive store nor make it a pool of another. */
function singleDriveIssue({ key, hosts }: ResolvedPool, host: string): ValidationIssue {
  const problem =
    `is a single drive, which MinIO cannot combine with other pools: add ${host}s or drives to the pool, ` +
    "or create a second store and copy the data with `mc mirror`";
  return { argument: `pools.${key}.${host}s`, value: hosts, problem };
}

/** Validates the parity that is set: at most half of an erasure set, and no more with reduced redundancy. */
function validateStorageClasses(
  setSizes: readonly number[],
  environment: Readonly<Record<string, pulumi.Input<string>>>,
): ValidationIssue[] {
  const [size = 1] = setSizes;
  const standard = parityOf(environment[PARITY_SETTING], defaultParity(size));
  const tooHigh = (name: string, most: number, reason: string) => {
    const value = knownValue(environment[name]);
    const isTooHigh = value !== undefined && (parityOf(value, 0) ?? 0) > most;
    const problem = `${reason}: set at most EC:${most}`;
    return isTooHigh ? [{ argument: `environment.${name}`, value, problem }] : [];
  };
  const half = (drives: number) => `is more than half of an erasure set of ${pluralize(drives, "drive")}`;
  const smallest = Math.min(...setSizes);
  const ofReduced =
    standard !== undefined && standard > 0 && standard < smallest / 2
      ? tooHigh(REDUCED_PARITY_SETTING, standard, `is more than the parity of other objects, ${standard}`)
      : tooHigh(REDUCED_PARITY_SETTING, Math.floor(smallest / 2), half(smallest));
  return [...tooHigh(PARITY_SETTING, Math.floor(size / 2), half(size)), ...ofReduced];
}

/** Returns the parity of a setting; undefined for an Output, and for a form that is rejected elsewhere. */
function parityOf(setting: pulumi.Input<string> | undefined, unset: number): number | undefined {
  if (setting === undefined) return unset;
  const [, digits] = /^EC:(\d+)$/.exec(knownValue(setting) ?? "") ?? [];
  return digits === undefined ? undefined : Number(digits);
}

function setSizeOf({ members, drivesPerHost }: ResolvedPool): number {
  const drives = members.slice(0, 1).flatMap((host) => selectDrives(host, drivesPerHost)).length;
  return erasureSetSize(members.length, drives) ?? members.length * drives;
}
