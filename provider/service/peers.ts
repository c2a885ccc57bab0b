import { type Engine, undefinedIfNotFound } from "../../engine/engine.ts";
import type { ServiceDetails, ServiceSpec } from "../../engine/types.ts";
import { isOwned } from "../../core/labels.ts";
import { projectOntoDesired } from "./normalize-spec.ts";
import { changedPathsOfAllTasks, changedPaths, updateConfig } from "./update-strategy.ts";
import { withManager, type FindManager } from "../swarm/with-manager.ts";
import { updateServiceSpec } from "../swarm/optimistic-update.ts";
import type { ServiceInputs } from "./service-inputs.ts";

/**
 * On a service that was rolled back along with another one of its application: Pulumi's record may say that it has the
 * change. It goes along again when the other one is changed in the same way.
 */
export const ROLLED_BACK_LABEL = "pulumi-swarm.rolled-back";

/** The services that were of one application with this one and no longer are, by name. */
export function findRemovedPeers(olds: Pick<ServiceInputs, "peers">, news: Pick<ServiceInputs, "peers">): string[] {
  const { peers = [] } = news;
  return (olds.peers ?? []).filter((name) => !peers.includes(name));
}

/**
 * Removes services of this stack. Pulumi removes them as well, at the end of its run, and finds them gone; until then
 * they would work on with settings that the others no longer share, on the same data and with locks of their own.
 */
export async function removePeers(manager: Engine, names: string[], { owner }: ServiceInputs): Promise<void> {
  if (names.length === 0) return;
  const leaving = (await manager.listServices()).filter(
    ({ Spec }) => names.includes(Spec.Name) && isOwned(Spec.Labels, owner),
  );
  await Promise.all(leaving.map(({ ID }) => undefinedIfNotFound(manager.removeService(ID))));
}

/** Whether another service of the application already runs with what its members must agree in. */
export async function isPeerRunningWith(
  manager: Engine,
  wanted: ServiceSpec,
  former: ServiceSpec,
  { peers = [], restartTogether }: Pick<ServiceInputs, "peers" | "restartTogether">,
): Promise<boolean> {
  const others = peers.filter((name) => name !== wanted.Name);
  if (others.length === 0) return false;
  const paths = changedPathsOfAllTasks(projectOntoDesired(wanted, former), wanted, restartTogether);
  return (await manager.listServices()).some(({ Spec, ServiceStatus }) => {
    const differs = changedPaths(projectOntoDesired(wanted, Spec), wanted).some((path) => paths.includes(path));
    return others.includes(Spec.Name) && (ServiceStatus?.RunningTasks ?? 0) > 0 && !differs;
  });
}

/** The service because of which another one was rolled back; undefined where these settings were asked for. */
export function causeOfRollback({ Spec }: Pick<ServiceDetails, "Spec">, { Labels }: ServiceSpec): string | undefined {
  const because = Spec.Labels?.[ROLLED_BACK_LABEL];
  return Labels?.[ROLLED_BACK_LABEL] === because ? undefined : because;
}

/** A change of settings in which the services of an application must agree. */
export interface PeerSwitch {
  from: ServiceSpec;
  to: ServiceSpec;
  /** Whether a change is undone; else only those go along that were rolled back before. */
  isRollback: boolean;
}

/**
 * Moves the other services of the application between the same settings, where their members could not work together
 * otherwise. Gives back their names.
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
