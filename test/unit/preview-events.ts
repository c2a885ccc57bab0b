import { previewComment } from "../../commands/preview-pr/comment.ts";
import { type PreviewReport, previewReport } from "../../commands/preview-pr/report.ts";
import type { EngineEvent } from "../../commands/lib/events.ts";

// Builders for events in the format of Pulumi's event log.
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
export const SWARM = "swarm:index";
export const URN = "urn:pulumi:prod::shop::";
export const STACK = `${URN}pulumi:pulumi:Stack::shop-prod`;
export const STORE = `${URN}swarm:index:MinioService::minio`;

/** Types of components; all others are resources. */
const COMPONENTS = ["swarm:index:MinioService", "swarm:index:Inner"];

export type Inputs = Record<string, unknown>;

export function step(
  op: string,
  type: string,
  name: string,
  states: { old?: Inputs; new?: Inputs },
  parent = STORE,
): EngineEvent {
  const state = (inputs?: Inputs) => inputs && { parent, custom: !COMPONENTS.includes(type), inputs };
  const metadata = { op, type, urn: `${URN}${type}::${name}`, old: state(states.old), new: state(states.new) };
  return { resourcePreEvent: { metadata } };
}
export const component = (op = "same"): EngineEvent =>
  step(op, "swarm:index:MinioService", "minio", { [op === "delete" ? "old" : "new"]: {} }, STACK);
export const diagnostic = (message: string, severity = "info"): EngineEvent => ({
  diagnosticEvent: { message, severity },
});
export const summary = (resourceChanges: Record<string, number>): EngineEvent => ({
  summaryEvent: { resourceChanges },
});

export const report = (events: EngineEvent[], over: Partial<Parameters<typeof previewReport>[0]> = {}): PreviewReport =>
  previewReport({ stack: "prod", succeeded: true, events, ...over });
export const comment = (...events: EngineEvent[]) => previewComment([report(events)]);

/** Returns the inputs of a store's service, with the rollout of a change. */
export function service(image: string, mode: string, env: string[] = []): Inputs {
  const ContainerSpec = { Image: image, Env: env, StopGracePeriod: 60e9, Healthcheck: { Test: ["NONE"] } };
  return {
    spec: { Name: "minio-main", TaskTemplate: { ContainerSpec } },
    rollout: { mode, reason: "TaskTemplate.ContainerSpec.Image must be the same in all tasks" },
    maintenanceCommand: ["mc"],
  };
}
export const update = (mode: string, env?: [string[], string[]]) =>
  step("update", `${SWARM}:Service`, "minio-main", {
    old: service("silo:1", "create", env?.[0]),
    new: service("silo:2", mode, env?.[1]),
  });
export const replacement = (type: string, name: string, old: Inputs = {}, news: Inputs = {}) =>
  ["delete-replaced", "replace", "create-replacement"].map((op) => step(op, type, name, { old, new: news }));
