import * as pulumi from "@pulumi/pulumi";
import type { PublishedPort, ResourceLimits, TaskSpec } from "../../engine/types.ts";
import { type DeepInput, knownValue } from "../shared/inputs.ts";

/** A second in the Engine's unit of durations. */
export const SECOND = 1e9;
/** A mebibyte in the Engine's unit of sizes. */
export const MIB = 1024 * 1024;

/** Converts an amount to the Engine's unit, as a whole number. The result is a plain value if the amount is one. */
export function toEngineUnit(value: pulumi.Input<number>, factor: number): pulumi.Input<number> {
  const known = knownValue(value);
  return known === undefined
    ? pulumi.output(value).apply((given) => Math.round(given * factor))
    : Math.round(known * factor);
}

/** Returns limits of CPU and memory; `undefined` means no limit. */
export function resourceLimits(
  cpus: pulumi.Input<number> | undefined,
  memoryMiB: pulumi.Input<number> | undefined,
): DeepInput<ResourceLimits> {
  return { NanoCPUs: toEngineUnit(cpus ?? 0, 1e9), MemoryBytes: toEngineUnit(memoryMiB ?? 0, MIB) };
}

/** Returns a log driver with rotated files, so that logs do not fill a disk. */
export function rotatedLogDriver(
  maxSizeMiB: pulumi.Input<number> = 10,
  maxFiles: pulumi.Input<number> = 3,
): DeepInput<NonNullable<TaskSpec["LogDriver"]>> {
  return {
    Name: "json-file",
    Options: {
      "max-size": pulumi.output(maxSizeMiB).apply((size) => `${size}m`),
      "max-file": pulumi.output(maxFiles).apply(String),
    },
  };
}

/** Returns a port in host mode: on each host, it leads to the task on that host. */
export function hostPort(TargetPort: number, PublishedPort: number): PublishedPort {
  return { Protocol: "tcp", TargetPort, PublishedPort, PublishMode: "host" };
}
