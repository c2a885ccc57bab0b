import type { Engine } from "../engine/engine.ts";
import type { SecretDetails } from "../engine/types.ts";

/**
 * Removes what a killed `up` left behind of secrets: those that carry just the labels of one that is in use and are
 * used by no service. A secret's labels must therefore tell its generations apart (another value, another label): one
 * of an earlier generation is still in Pulumi's state, and Pulumi's to remove.
 */
export async function removeLeftoverSecrets(engine: Engine, inUse: readonly string[]): Promise<void> {
  const secrets = await engine.secrets();
  const wanted = new Set(secrets.filter(({ ID }) => inUse.includes(ID)).map(labelText));
  const services = await engine.services();
  const references = services.flatMap(({ Spec }) => Spec.TaskTemplate.ContainerSpec.Secrets ?? []);
  const used = new Set([...inUse, ...references.map(({ SecretID }) => SecretID)]);
  for (const secret of secrets) {
    if (wanted.has(labelText(secret)) && !used.has(secret.ID)) await engine.removeSecret(secret.ID);
  }
}

function labelText({ Spec }: SecretDetails): string {
  return JSON.stringify(Object.entries(Spec.Labels ?? {}).sort(([a], [b]) => a.localeCompare(b)));
}
