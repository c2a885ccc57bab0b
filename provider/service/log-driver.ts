import { Engine } from "../../engine/engine.ts";
import type { ServiceSpec } from "../../engine/types.ts";
import { containsUnknown, deepEqual } from "../runtime/diff.ts";
import type { ServiceInputs } from "./service-inputs.ts";
import type { NodeEngines } from "./task-exec.ts";

/** How long an engine may take to name its log driver, in milliseconds. Without an answer, json-file is assumed. */
const INFO_MS = 10_000;

const JSON_FILE = "json-file";

/**
 * Returns the spec with the default log options, if json-file is the default driver of every engine. Another default is
 * kept, because it usually sends logs to a collector. The decision is kept until the spec or the options change.
 */
export async function withDefaultLogOptions(
  spec: ServiceSpec,
  { defaultLogOptions: Options, nodes }: Pick<ServiceInputs, "defaultLogOptions" | "nodes">,
  olds: Partial<ServiceInputs>,
): Promise<ServiceSpec> {
  if (!Options || typeof spec.TaskTemplate !== "object" || spec.TaskTemplate.LogDriver !== undefined) return spec;
  const withDriver = (LogDriver: ServiceSpec["TaskTemplate"]["LogDriver"]) =>
    LogDriver ? { ...spec, TaskTemplate: { ...spec.TaskTemplate, LogDriver } } : spec;
  if (olds.spec && deepEqual(olds.defaultLogOptions, Options) && deepEqual(withoutLogDriver(olds.spec), spec)) {
    return withDriver(olds.spec.TaskTemplate.LogDriver);
  }
  const drivers = await defaultDrivers(nodes);
  return withDriver(drivers.every((driver) => driver === JSON_FILE) ? { Name: JSON_FILE, Options } : undefined);
}

function withoutLogDriver({ TaskTemplate: { LogDriver: _driver, ...task }, ...spec }: ServiceSpec): ServiceSpec {
  return { ...spec, TaskTemplate: task };
}

/** Returns the default log drivers of the engines that answer. */
async function defaultDrivers(nodes: NodeEngines): Promise<string[]> {
  const known = Object.values(nodes).filter(({ connection }) => !containsUnknown(connection));
  const drivers = await Promise.all(
    known.map(async ({ connection }) => {
      const info = await new Engine(connection).info(INFO_MS).catch(() => undefined);
      return info?.LoggingDriver;
    }),
  );
  return drivers.filter((driver) => driver !== undefined);
}
