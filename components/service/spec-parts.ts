import type * as pulumi from "@pulumi/pulumi";
import type { PublishedPort, ResourceLimits, TaskSpec } from "../../engine/types.ts";
import { type LeafInputs, mapInput } from "../shared/inputs.ts";
import type { TaskLimits } from "./task-limits.ts";

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

/** Log options where the engines' default driver is json-file, which never rotates a file by itself. */
export const DEFAULT_LOG_OPTIONS = logOptions({});

/** Returns the log driver that is needed to limit log files. Without limits, the engines' default driver applies. */
export function logDriver(
  limits: Pick<TaskLimits, "logMaxSizeMiB" | "logMaxFiles">,
): LeafInputs<Pick<TaskSpec, "LogDriver">> {
  if (limits.logMaxSizeMiB === undefined && limits.logMaxFiles === undefined) return {};
  return { LogDriver: { Name: "json-file", Options: logOptions(limits) } };
}

function logOptions({ logMaxSizeMiB = 10, logMaxFiles = 3 }: Pick<TaskLimits, "logMaxSizeMiB" | "logMaxFiles">) {
  return { "max-size": mapInput(logMaxSizeMiB, (size) => `${size}m`), "max-file": mapInput(logMaxFiles, String) };
}

/** Returns a port published in host mode: on each host, it leads to the task on that host. */
export function hostPort(TargetPort: number, PublishedPort: number): PublishedPort {
  return { Protocol: "tcp", TargetPort, PublishedPort, PublishMode: "host" };
}

/** Returns the owner of a file for a user `1000` or `1000:1000`. The group defaults to the user's id. */
export function fileOwner(user: pulumi.Input<string>): { UID: pulumi.Input<string>; GID: pulumi.Input<string> } {
  return { UID: mapInput(user, (ids) => idsOf(ids)[0]), GID: mapInput(user, (ids) => idsOf(ids)[1]) };
}

function idsOf(user: string): [string, string] {
  const [uid = user, gid = uid] = user.split(":");
  return [uid, gid];
}
