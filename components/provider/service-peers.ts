import { type Engine, orMissing } from "../engine/engine.ts";
import { isOwned } from "../shared/labels.ts";
import type { ServiceInputs } from "./service.ts";

/** The services that were of one application with this one and no longer are, by name. */
export function formerPeers(olds: Pick<ServiceInputs, "peers">, news: Pick<ServiceInputs, "peers">): string[] {
  const { peers = [] } = news;
  return (olds.peers ?? []).filter((name) => !peers.includes(name));
}

/**
 * Removes services of this stack. Pulumi removes them as well, at the end of its run, and finds them gone; until then
 * they would work on with settings that the others no longer share, on the same data and with locks of their own.
 */
export async function removePeers(manager: Engine, names: string[], { owner }: ServiceInputs): Promise<void> {
  if (names.length === 0) return;
  const leaving = (await manager.services()).filter(
    ({ Spec }) => names.includes(Spec.Name) && isOwned(Spec.Labels, owner),
  );
  await Promise.all(leaving.map(({ ID }) => orMissing(manager.removeService(ID))));
}
