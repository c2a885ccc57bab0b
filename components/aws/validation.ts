import { validateHost } from "../hosts/host-validation.ts";
import { knownValue } from "../shared/inputs.ts";
import { validatePort } from "../../core/port.ts";
import type { ValidationIssue } from "../../core/input-validation-error.ts";
import type { AwsHostsArgs, AwsMachinesArgs } from "./args.ts";
import { isZone, validateLoadBalancer, validateNetwork, validateSources } from "./network-validation.ts";
import {
  DEFAULT_ENGINE,
  DEFAULT_REPOSITORY,
  DEFAULT_USER,
  MAX_VOLUMES,
  mountPoint,
  type PlannedMachine,
  planMachines,
  listZones,
} from "./plan.ts";
import { zonesWithQuorum } from "./quorum.ts";

/** EC2's maximum of instances of a spread placement group in one zone. */
const MAX_SPREAD_PER_ZONE = 7;

/** Validates the declared machines. */
export function validateAwsMachines(args: AwsMachinesArgs): ValidationIssue[] {
  const machines = planMachines(args);
  return [
    ...validateMembers(args),
    ...machines.flatMap(validateMachine),
    ...validateQuorum(args),
    ...validateNetwork(args, listZones(machines)),
    ...validateSources(args),
    ...validatePort("ports.s3", args.ports?.s3),
    ...validatePort("ports.console", args.ports?.console),
    ...validateLoadBalancer(args, machines),
    ...validateSetup(args),
  ];
}

/** Validates the ssh arguments. */
export function validateAwsHosts(args: AwsHostsArgs): ValidationIssue[] {
  const { sshVia, internet = "public-addresses", sessionManager = true, allowFrom } = args;
  const issue = (problem: string) => [{ argument: "sshVia", value: sshVia, problem }];
  if (sshVia === "public-address" && internet !== "public-addresses") {
    return issue('machines have none: give internet: "public-addresses", or another sshVia');
  }
  if (sshVia === "public-address" && !allowFrom?.ssh?.length) {
    return issue("port 22 is not open: give your own addresses in allowFrom.ssh, or another sshVia");
  }
  if (sshVia === "session-manager" && !sessionManager) {
    return issue("sessionManager is false: leave that out, or give another sshVia");
  }
  if (sshVia === undefined && !sessionManager && !(internet === "public-addresses" && allowFrom?.ssh?.length)) {
    return issue("machines cannot be reached: give allowFrom.ssh, leave out sessionManager: false, or give sshVia");
  }
  return [];
}

function validateMembers({ managers, workers = {} }: AwsMachinesArgs): ValidationIssue[] {
  if (Object.keys(managers).length === 0) {
    const problem = 'must have at least one machine, such as { a: { zone: "eu-central-1a" } }';
    return [{ argument: "managers", value: managers, problem }];
  }
  const both = Object.keys(workers).filter((key) => key in managers);
  return both.map((key) => ({
    argument: "workers",
    value: key,
    problem: "is also a manager: a machine has one role; remove it from one of them",
  }));
}

function validateMachine({
  key,
  role,
  zone,
  volumes,
  labels,
  type,
  rootSizeGiB,
  generation,
}: PlannedMachine): ValidationIssue[] {
  const where = `${role}s.${key}`;
  const drives = Object.fromEntries(Object.keys(volumes).map((name) => [name, { path: mountPoint(name) }]));
  const issues = validateHost({ key, hostname: key, engine: "ssh://host", labels, drives })
    .filter(({ argument }) => argument !== "hostname")
    .map((issue) => (issue.argument === "key" ? { ...issue, argument: `${role}s` } : prefixArgument(where, issue)));
  const check = <T>(argument: string, value: T | undefined, ok: (value: T) => boolean, problem: string) => {
    if (value !== undefined && !ok(value)) issues.push({ argument: `${where}.${argument}`, value, problem });
  };
  check("zone", zone ?? "", isZone, 'must be an availability zone of a region, such as "eu-central-1a"');
  check(
    "type",
    knownValue(type),
    (text) => /^[a-z0-9-]+\.[a-z0-9-]+$/.test(text),
    'must be an instance type, such as "m7i.large"',
  );
  check("rootSizeGiB", knownValue(rootSizeGiB), isSize(8), "must be a whole number of GiB from 8 to 16384");
  check(
    "generation",
    generation,
    (text) => /^[\w.-]{1,63}$/.test(text),
    "must be 1 to 63 letters, digits, dots, hyphens or underscores",
  );
  check("volumes", Object.keys(volumes).length, (count) => count <= MAX_VOLUMES, `must be at most ${MAX_VOLUMES}`);
  for (const [name, { sizeGiB, iops, throughput }] of Object.entries(volumes)) {
    const volume = `volumes.${name}`;
    check(`${volume}.sizeGiB`, knownValue(sizeGiB), isSize(1), "must be a whole number of GiB from 1 to 16384");
    check(`${volume}.iops`, knownValue(iops), isWithin(3000, 80_000), "must be a whole number from 3000 to 80000");
    check(
      `${volume}.throughput`,
      knownValue(throughput),
      isWithin(125, 2000),
      "must be a whole number from 125 to 2000",
    );
  }
  return issues;
}

function prefixArgument(where: string, issue: ValidationIssue): ValidationIssue {
  return { ...issue, argument: `${where}.${issue.argument.replace(/^drives/, "volumes").replace(/\.path$/, "")}` };
}

function isWithin(least: number, most: number): (value: number) => boolean {
  return (value) => Number.isInteger(value) && value >= least && value <= most;
}

const isSize = (least: number) => isWithin(least, 16_384);

function validateQuorum({
  managers,
  allowZoneOutage = false,
  spreadPlacement = true,
}: AwsMachinesArgs): ValidationIssue[] {
  const zones = Object.values(managers).map(({ zone }) => zone);
  const [worst] = zonesWithQuorum(zones);
  const apart = [...new Set(zones)].flatMap((zone) => {
    const count = zones.filter((other) => other === zone).length;
    const problem = `has ${count} in ${zone}: with spreadPlacement EC2 allows ${MAX_SPREAD_PER_ZONE} in a zone; use more zones`;
    return spreadPlacement && count > MAX_SPREAD_PER_ZONE
      ? [{ argument: "managers", value: Object.keys(managers), problem }]
      : [];
  });
  if (worst === undefined || allowZoneOutage) return apart;
  const problem =
    `without zone ${worst} there is no quorum: spread an odd number of managers over three zones, or permit this with ` +
    "allowZoneOutage: true";
  return [...apart, { argument: "managers", value: Object.keys(managers), problem }];
}

const PUBLIC_KEY = /^(?:ssh-|ecdsa-|sk-)[\w@.-]+ [A-Za-z0-9+/]{32,}={0,2}(?: [^\n]*)?$/;

function validateSetup(args: AwsMachinesArgs): ValidationIssue[] {
  const {
    publicKeys,
    user = DEFAULT_USER,
    engineVersion = DEFAULT_ENGINE,
    engineRepository = DEFAULT_REPOSITORY,
  } = args;
  const issues: ValidationIssue[] = [];
  if (publicKeys.length === 0) {
    issues.push({ argument: "publicKeys", value: publicKeys, problem: "must have at least one, for login by ssh" });
  }
  for (const [at, key] of publicKeys.entries()) issues.push(...validatePublicKey(`publicKeys[${at}]`, knownValue(key)));
  if (!/^[a-z_][a-z0-9_-]{0,31}$/.test(user)) {
    issues.push({ argument: "user", value: user, problem: "must be the name of a user" });
  }
  if (!/^\d+\.\d+\.\d+$/.test(engineVersion)) {
    issues.push({
      argument: "engineVersion",
      value: engineVersion,
      problem: 'must be a full version, such as "28.5.2"',
    });
  }
  if (!/^https:\/\/[\w.:/-]+[^/]$/.test(engineRepository)) {
    const problem = `must be an https URL without a trailing slash, such as "${DEFAULT_REPOSITORY}"`;
    issues.push({ argument: "engineRepository", value: engineRepository, problem });
  }
  return issues;
}

/** Validates a public key, if it is known. */
export function validatePublicKey(argument: string, key: string | undefined): ValidationIssue[] {
  if (key === undefined || PUBLIC_KEY.test(key.trim())) return [];
  // Does not show the value: it may be a private key.
  return [
    { argument, value: "…", problem: 'must be a public key, as in ~/.ssh/id_ed25519.pub: "ssh-ed25519 AAAA… me"' },
  ];
}
