import type { Engine } from "../../engine/engine.ts";
import type { SwarmSpec } from "../../engine/types.ts";
import { ownerLabels } from "../../core/labels.ts";
import type { ClusterInputs } from "./cluster-inputs.ts";
import { retryOnVersionConflict } from "./optimistic-update.ts";
import { deepEqual } from "../runtime/diff.ts";

const NANOSECONDS_PER_DAY = 24 * 3600 * 1e9;

/** Updates the requested settings and keeps all others. An adopted Swarm keeps its labels. */
export function applySettings(engine: Engine, inputs: ClusterInputs, ownsSwarm: boolean): Promise<void> {
  return retryOnVersionConflict(async () => {
    const { Spec, Version } = await engine.inspectSwarm();
    const settings = withSettings(Spec, inputs);
    const wanted = ownsSwarm ? { ...settings, Labels: { ...Spec.Labels, ...ownerLabels(inputs.owner) } } : settings;
    if (!deepEqual(Spec, wanted)) await engine.updateSwarm(Version.Index, wanted);
  });
}

function withSettings(spec: SwarmSpec, requested: ClusterInputs): SwarmSpec {
  const { autolock, certificateExpiryDays: days, taskHistoryLimit: tasks } = requested;
  return {
    ...spec,
    ...(autolock !== undefined && { EncryptionConfig: { ...spec.EncryptionConfig, AutoLockManagers: autolock } }),
    ...(days !== undefined && {
      CAConfig: { ...spec.CAConfig, NodeCertExpiry: Math.round(days * NANOSECONDS_PER_DAY) },
    }),
    ...(tasks !== undefined && { Orchestration: { ...spec.Orchestration, TaskHistoryRetentionLimit: tasks } }),
  };
}

type Settings = Required<Pick<ClusterInputs, "autolock" | "certificateExpiryDays" | "taskHistoryLimit">>;

/** Returns the Swarm's settings that can change. */
export function settingsFrom({ EncryptionConfig, CAConfig, Orchestration }: SwarmSpec): Settings {
  return {
    autolock: EncryptionConfig?.AutoLockManagers ?? false,
    certificateExpiryDays: (CAConfig?.NodeCertExpiry ?? 0) / NANOSECONDS_PER_DAY,
    taskHistoryLimit: Orchestration?.TaskHistoryRetentionLimit ?? 0,
  };
}

/** Returns the Swarm's values of the requested settings. */
export function liveSettings(spec: SwarmSpec, requested: ClusterInputs): Partial<Settings> {
  const settings = Object.entries(settingsFrom(spec));
  return Object.fromEntries(settings.filter(([key]) => requested[key as keyof Settings] !== undefined));
}

/** Replaces both join tokens. Nodes that have joined do not need theirs any more. */
export function rotateJoinTokens(engine: Engine): Promise<void> {
  return retryOnVersionConflict(async () => {
    const { Spec, Version } = await engine.inspectSwarm();
    await engine.updateSwarm(Version.Index, Spec, { rotateWorkerToken: true, rotateManagerToken: true });
  });
}
