import type { Engine } from "../engine/engine.ts";
import type { ContainerSpec, SecretDetails } from "../engine/types.ts";

/**
 * Removes what a killed `up` left behind of a service's secrets and configs: those that carry just the labels of one
 * that is in use and are used by no service. Their labels must therefore tell generations apart (another value, another
 * label): one of an earlier generation is still in Pulumi's state, and Pulumi's to remove.
 */
export async function removeLeftovers(engine: Engine, { Secrets, Configs }: ContainerSpec): Promise<void> {
  const secrets = (Secrets ?? []).map(({ SecretID }) => SecretID);
  const configs = (Configs ?? []).map(({ ConfigID }) => ConfigID);
  if (secrets.length + configs.length === 0) return;
  const containers = (await engine.services()).map(({ Spec }) => Spec.TaskTemplate.ContainerSpec);
  if (secrets.length > 0) {
    const used = containers.flatMap((one) => (one.Secrets ?? []).map(({ SecretID }) => SecretID));
    for (const { ID } of leftovers(await engine.secrets(), secrets, used)) await engine.removeSecret(ID);
  }
  if (configs.length > 0) {
    const used = containers.flatMap((one) => (one.Configs ?? []).map(({ ConfigID }) => ConfigID));
    for (const { ID } of leftovers(await engine.configs(), configs, used)) await engine.removeConfig(ID);
  }
}

function leftovers(all: readonly SecretDetails[], inUse: readonly string[], used: readonly string[]): SecretDetails[] {
  const wanted = new Set(all.filter(({ ID }) => inUse.includes(ID)).map(labelText));
  return all.filter((one) => wanted.has(labelText(one)) && !inUse.includes(one.ID) && !used.includes(one.ID));
}

function labelText({ Spec }: SecretDetails): string {
  return JSON.stringify(Object.entries(Spec.Labels ?? {}).sort(([a], [b]) => a.localeCompare(b)));
}
