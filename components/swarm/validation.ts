import type * as pulumi from "@pulumi/pulumi";
import { validateChoice } from "../../core/choice.ts";
import type { ValidationIssue } from "../../core/input-validation-error.ts";
import { knownValue } from "../shared/inputs.ts";
import { DEFAULT_SUBNET_SIZE } from "../../core/networks/address-pools.ts";
import { overlaps, subnetError } from "../../core/networks/cidr.ts";
import type { NodeAvailability } from "../../engine/types.ts";
import type { SwarmArgs } from "./args.ts";

/** Validates the arguments that are plain values. */
export function validateSwarm(args: SwarmArgs): ValidationIssue[] {
  // Node runs a program without checking its types. A host as a value cannot be formatted, so its type is shown.
  if (!Array.isArray(args.managers)) {
    return [
      { argument: "managers", value: typeof args.managers, problem: "must be a list of hosts: managers: [host]" },
    ];
  }
  return [...validateHosts(args), ...validateAddressPools(args), ...validateRanges(args)];
}

function validateHosts({ managers, workers = [], availability = {} }: SwarmArgs): ValidationIssue[] {
  const issues: ValidationIssue[] = [];
  const keys = [...managers, ...workers].map((host) => host.key);
  if (managers.length === 0) {
    issues.push({ argument: "managers", value: [], problem: "a Swarm needs at least one: managers: [host]" });
  }
  for (const key of duplicates(keys)) {
    issues.push({
      argument: "managers/workers",
      value: key,
      problem: "two hosts have this key: give each host its own key",
    });
  }
  for (const name of duplicates([...managers, ...workers].flatMap((host) => host.declaredHostname ?? []))) {
    issues.push({
      argument: "managers/workers",
      value: name,
      problem: "two hosts have this hostname: hostnames must be unique within a Swarm",
    });
  }
  for (const key of Object.keys(availability).filter((name) => !keys.includes(name))) {
    issues.push({
      argument: "availability",
      value: key,
      problem: `is not the key of a host: choose one of ${keys.join(", ")}`,
    });
  }
  for (const [key, value] of Object.entries(availability)) {
    issues.push(...validateAvailability(`availability.${key}`, value));
  }
  return issues;
}

/** Validates the availability of a node, if it is known. */
export function validateAvailability(
  argument: string,
  availability: pulumi.Input<NodeAvailability> | undefined,
): ValidationIssue[] {
  return validateChoice(argument, knownValue(availability), ["active", "pause", "drain"]);
}

function validateAddressPools({ addressPools, subnetSize }: SwarmArgs): ValidationIssue[] {
  const pools = (knownValue(addressPools) ?? []).map((input) => knownValue(input));
  const size = subnetSize === undefined ? DEFAULT_SUBNET_SIZE : knownValue(subnetSize);
  return pools.flatMap((value, index) => {
    const problem =
      value === undefined
        ? undefined
        : (subnetError(value) ?? poolOverlapError(value, pools.slice(0, index)) ?? poolSizeError(value, size));
    return problem === undefined ? [] : [{ argument: `addressPools[${index}]`, value, problem }];
  });
}

function poolSizeError(value: string, subnetSize: number | undefined): string | undefined {
  const prefix = Number(value.split("/")[1]);
  if (subnetSize === undefined || subnetSize >= prefix) return undefined;
  return `is smaller than one subnet of /${subnetSize}: give a larger pool, or subnetSize: ${prefix + 1} or more`;
}

function poolOverlapError(value: string, others: (string | undefined)[]): string | undefined {
  const other = others.find((pool) => pool !== undefined && overlaps(value, pool));
  return other && `overlaps with ${other}: remove one of them, or choose pools without common addresses`;
}

/** Bounds of the numbers, inclusive, with the reason for them. */
const RANGES = {
  subnetSize: [9, 29, "a prefix length that leaves room for nodes and fits into the pools"],
  dataPathPort: [1024, 49151, "the range the Engine allows"],
  certificateExpiryDays: [1, 3650, "days"],
  taskHistoryLimit: [0, 1000, "ended tasks kept for each replica"],
  timeoutSeconds: [1, 3600, "seconds"],
} as const;

function validateRanges(args: SwarmArgs): ValidationIssue[] {
  return Object.entries(RANGES).flatMap(([argument, [least, most, what]]) => {
    const value = knownValue(args[argument as keyof typeof RANGES]);
    if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return [];
    return [{ argument, value, problem: `must be a whole number from ${least} to ${most} (${what})` }];
  });
}

function duplicates(names: string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}
