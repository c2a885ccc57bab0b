import { type Engine, undefinedIfNotFound } from "../../engine/engine.ts";
import type { ServiceDetails, ServiceSpec } from "../../engine/types.ts";
import { isOwned } from "../../core/labels.ts";
import { projectOntoDesired } from "./normalize-spec.ts";
import { changedPathsOfAllTasks, changedPaths, updateConfig } from "./update-strategy.ts";
import { withManager, type FindManager } from "../swarm/with-manager.ts";
import { updateServiceSpec } from "../swarm/optimistic-update.ts";
import type { ServiceInputs } from "./service-inputs.ts";

/**
 * Marks a service that was rolled back together with a peer; the value is the peer's name. Pulumi's state may already
 * record the change for this service. When the peer is changed the same way again, so is this service.
 */
export const ROLLED_BACK_LABEL = "pulumi-swarm.rolled-back";

/** Returns the names of peers that are no longer declared. */
export function findRemovedPeers(olds: Pick<ServiceInputs, "peers">, news: Pick<ServiceInputs, "peers">): string[] {
  const { peers = [] } = news;
  return (olds.peers ?? []).filter((name) => !peers.includes(name));
}

/**
 * Removes services of this stack. Pulumi would remove them only at the end of its run. Until then they would keep using
 * the same data with settings that the other services no longer share.
 */
export async function removePeers(manager: Engine, names: string[], { owner }: ServiceInputs): Promise<void> {
  if (names.length === 0) return;
  const leaving = (await manager.listServices()).filter(
    ({ Spec }) => names.includes(Spec.Name) && isOwned(Spec.Labels, owner),
  );
  await Promise.all(leaving.map(({ ID }) => undefinedIfNotFound(manager.removeService(ID))));
}

/** Returns whether a peer already runs with the wanted `restartTogether` settings. */
export async function isPeerRunningWith(
  manager: Engine,
  wanted: ServiceSpec,
  previous: ServiceSpec,
  { peers = [], restartTogether }: Pick<ServiceInputs, "peers" | "restartTogether">,
): Promise<boolean> {
  const others = peers.filter((name) => name !== wanted.Name);
  if (others.length === 0) return false;
  const paths = changedPathsOfAllTasks(projectOntoDesired(wanted, previous), wanted, restartTogether);
  return (await manager.listServices()).some(({ Spec, ServiceStatus }) => {
    const differs = changedPaths(projectOntoDesired(wanted, Spec), wanted).some((path) => paths.includes(path));
    return others.includes(Spec.Name) && (ServiceStatus?.RunningTasks ?? 0) > 0 && !differs;
  });
}

/** Returns the peer that caused a rollback of this service; undefined if the spec itself asks for these settings. */
export function causeOfRollback({ Spec }: Pick<ServiceDetails, "Spec">, { Labels }: ServiceSpec): string | undefined {
  const cause = Spec.Labels?.[ROLLED_BACK_LABEL];
  return Labels?.[ROLLED_BACK_LABEL] === cause ? undefined : cause;
}

/** A change of settings that the services of an application must share. */
export interface PeerSwitch {
  from: ServiceSpec;
  to: ServiceSpec;
  /** Whether to undo a change. Otherwise only peers that were rolled back before are switched. */
  isRollback: boolean;
}

/**
 * Switches peers between the same settings, if they could not work together with this service otherwise.
 *
 * @returns the names of the switched peers
 */
export async function switchPeers(
  find: FindManager,
  { spec, peers = [], restartTogether, owner }: ServiceInputs,
  { from, to, isRollback }: PeerSwitch,
): Promise<string[]> {
  const paths = changedPathsOfAllTasks(from, to, restartTogether);
  const others = peers.filter((name) => name !== spec.Name);
  if (paths.length === 0 || others.length === 0) return [];
  const agrees = (wanted: ServiceSpec, one: ServiceSpec) =>
    !changedPaths(projectOntoDesired(wanted, one), wanted).some((path) => paths.includes(path));
  const all = await withManager(`service ${spec.Name}`, find, (manager) => manager.listServices());
  const moving = all.filter(({ Spec, PreviousSpec }) => {
    const isPeer = others.includes(Spec.Name) && isOwned(Spec.Labels, owner);
    const mayMove = isRollback || Spec.Labels?.[ROLLED_BACK_LABEL] !== undefined;
    return isPeer && mayMove && PreviousSpec && agrees(from, Spec) && agrees(to, PreviousSpec);
  });
  for (const { ID } of moving) {
    await updateServiceSpec(find, ID, ({ Spec, PreviousSpec = Spec }) => {
      const { [ROLLED_BACK_LABEL]: _mark, ...labels } = PreviousSpec.Labels ?? {};
      const { ForceUpdate = 0 } = Spec.TaskTemplate;
      return {
        ...PreviousSpec,
        Labels: isRollback ? { ...labels, [ROLLED_BACK_LABEL]: spec.Name } : labels,
        TaskTemplate: { ...PreviousSpec.TaskTemplate, ForceUpdate },
        UpdateConfig: updateConfig({ mode: "all-at-once" }),
      };
    });
  }
  return moving.map(({ Spec }) => Spec.Name);
}
