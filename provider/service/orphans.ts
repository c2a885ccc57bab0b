import type { Engine } from "../../engine/engine.ts";
import type { ContainerSpec, SecretDetails, ServiceDetails } from "../../engine/types.ts";
import { GENERATION_LABEL, isOwned, NAME_LABEL, type Owner, OWNER_LABEL } from "../../core/labels.ts";

/**
 * Removes secrets and configs that a killed `up` with this state orphaned: they have the owner, name and generation of
 * one that the service uses, but no service uses them. Those of an earlier generation are in Pulumi's state, so Pulumi
 * removes them.
 */
export async function removeOrphans(engine: Engine, used: ContainerSpec, owner: Owner): Promise<void> {
  await removeUnused(engine, used, (all, inUse) => findOrphans(all, inUse, owner));
}

/**
 * Removes the secrets and configs of an adopted service's previous owner, after the service got new ones. Keeps those
 * without an owner, and those of other owners.
 */
export async function removePreviousOwnersFiles(engine: Engine, { Spec }: ServiceDetails, owner: Owner): Promise<void> {
  const previousOwner = Spec.Labels?.[OWNER_LABEL];
  if (previousOwner === undefined || previousOwner === owner.id) return;
  await removeUnused(engine, Spec.TaskTemplate.ContainerSpec, (all, referenced) =>
    all.filter(({ ID, Spec: { Labels } }) => referenced.includes(ID) && isOwned(Labels, { id: previousOwner })),
  );
}

/** Returns the objects that a killed run orphaned: same owner, name and generation as one of `inUse`. */
export function findOrphans(all: readonly SecretDetails[], inUse: readonly string[], owner: Owner): SecretDetails[] {
  const ours = all.filter(({ Spec }) => isOwned(Spec.Labels, owner) && Spec.Labels?.[GENERATION_LABEL] !== undefined);
  const wanted = new Set(ours.filter(({ ID }) => inUse.includes(ID)).map(generationOf));
  return ours.filter((one) => wanted.has(generationOf(one)) && !inUse.includes(one.ID));
}

function generationOf({ Spec }: SecretDetails): string {
  return JSON.stringify([Spec.Labels?.[NAME_LABEL], Spec.Labels?.[GENERATION_LABEL]]);
}

/** Removes the secrets and configs that `choose` returns, unless a service uses them. */
async function removeUnused(
  engine: Engine,
  { Secrets, Configs }: ContainerSpec,
  choose: (all: readonly SecretDetails[], referenced: readonly string[]) => SecretDetails[],
): Promise<void> {
  const secrets = (Secrets ?? []).map(({ SecretID }) => SecretID);
  const configs = (Configs ?? []).map(({ ConfigID }) => ConfigID);
  if (secrets.length + configs.length === 0) return;
  const containers = (await engine.listServices()).map(({ Spec }) => Spec.TaskTemplate.ContainerSpec);
  if (secrets.length > 0) {
    const used = containers.flatMap((one) => (one.Secrets ?? []).map(({ SecretID }) => SecretID));
    const unused = choose(await engine.listSecrets(), secrets).filter(({ ID }) => !used.includes(ID));
    for (const { ID } of unused) await engine.removeSecret(ID);
  }
  if (configs.length > 0) {
    const used = containers.flatMap((one) => (one.Configs ?? []).map(({ ConfigID }) => ConfigID));
    const unused = choose(await engine.listConfigs(), configs).filter(({ ID }) => !used.includes(ID));
    for (const { ID } of unused) await engine.removeConfig(ID);
  }
}
