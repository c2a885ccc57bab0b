import * as pulumi from "@pulumi/pulumi";
import type { PublishedPort, ResourceLimits, TaskSpec } from "../../engine/types.ts";
import { type DeepInput, knownValue } from "../shared/inputs.ts";

/** A second as the Engine counts durations. */
export const SECOND = 1e9;
/** A mebibyte as the Engine counts sizes. */
export const MIB = 1024 * 1024;

/** The amount in the Engine's unit, a whole number; known at once when the amount is. */
export function toEngineUnit(value: pulumi.Input<number>, factor: number): pulumi.Input<number> {
  const known = knownValue(value);
  return known === undefined
    ? pulumi.output(value).apply((given) => Math.round(given * factor))
    : Math.round(known * factor);
}

/** CPUs and memory, where nothing given is no limit. */
export function resourceLimits(
  cpus: pulumi.Input<number> | undefined,
  memoryMiB: pulumi.Input<number> | undefined,
): DeepInput<ResourceLimits> {
  return { NanoCPUs: toEngineUnit(cpus ?? 0, 1e9), MemoryBytes: toEngineUnit(memoryMiB ?? 0, MIB) };
}

/** Logs in files that are rotated, so that they never fill a disk. */
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

/** A port of each host that runs a task leads to that very task. */
export function hostPort(TargetPort: number, PublishedPort: number): PublishedPort {
  return { Protocol: "tcp", TargetPort, PublishedPort, PublishMode: "host" };
}
