import type * as pulumi from "@pulumi/pulumi";
import type { PublishedPort, ResourceLimits, TaskSpec } from "../../engine/types.ts";
import { type LeafInputs, mapInput } from "../shared/inputs.ts";

/** A second in the Engine's unit of durations. */
export const SECOND = 1e9;
/** A mebibyte in the Engine's unit of sizes. */
export const MIB = 1024 * 1024;

/** Converts an amount to the Engine's unit, as a whole number. The result is a plain value if the amount is one. */
export function toEngineUnit(value: pulumi.Input<number>, factor: number): pulumi.Input<number> {
  return mapInput(value, (given) => Math.round(given * factor));
}

/** Returns limits of CPU and memory; `undefined` means no limit. */
export function resourceLimits(
  cpus: pulumi.Input<number> | undefined,
  memoryMiB: pulumi.Input<number> | undefined,
): LeafInputs<ResourceLimits> {
  return { NanoCPUs: toEngineUnit(cpus ?? 0, 1e9), MemoryBytes: toEngineUnit(memoryMiB ?? 0, MIB) };
}

/** Returns a log driver with rotated files, so that logs do not fill a disk. */
export function rotatedLogDriver(
  maxSizeMiB: pulumi.Input<number> = 10,
  maxFiles: pulumi.Input<number> = 3,
): LeafInputs<NonNullable<TaskSpec["LogDriver"]>> {
  return {
    Name: "json-file",
    Options: {
      "max-size": mapInput(maxSizeMiB, (size) => `${size}m`),
      "max-file": mapInput(maxFiles, String),
    },
  };
}

/** Returns a port in host mode: on each host, it leads to the task on that host. */
export function hostPort(TargetPort: number, PublishedPort: number): PublishedPort {
  return { Protocol: "tcp", TargetPort, PublishedPort, PublishMode: "host" };
}

/** Returns a file's owner: of a user `1000` or `1000:1000`, whose group defaults to the same id. */
export function fileOwner(user: pulumi.Input<string>): { UID: pulumi.Input<string>; GID: pulumi.Input<string> } {
  return { UID: mapInput(user, (ids) => idsOf(ids)[0]), GID: mapInput(user, (ids) => idsOf(ids)[1]) };
}

function idsOf(user: string): [string, string] {
  const [uid = user, gid = uid] = user.split(":");
  return [uid, gid];
}
