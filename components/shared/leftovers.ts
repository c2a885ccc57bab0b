import * as pulumi from "@pulumi/pulumi";
import type { EngineConnection } from "../engine/connection.ts";
import { Engine } from "../engine/engine.ts";
import { isOwned, type Owner } from "./labels.ts";

/**
 * What a killed `up` leaves behind: an object that is in the engine, but not in Pulumi's state. These hooks run just
 * before Pulumi makes the object again and take the one away that is in its place; never during a preview.
 */
export type BeforeCreate = pulumi.ResourceHookFunction;

/** Removes a network of this name that this owner made, unless something uses it. */
export function removeLeftoverNetwork(
  connection: pulumi.Output<EngineConnection>,
  owner: Owner,
  networkName: string,
): BeforeCreate {
  return async () => {
    const engine = new Engine(await settled(connection));
    const named = await engine.networks({ name: [networkName], scope: ["swarm"] });
    // The filter goes by parts of names.
    const leftover = named.find((network) => network.Name === networkName && isOwned(network.Labels, owner));
    if (!leftover) return;
    const users = await networkUsers(engine, leftover.Id);
    if (users.length > 0) {
      throw new Error(
        `the network ${networkName} is there already, but not in this stack's state, and ${users.join(", ")} ` +
          `uses it: import it (\`pulumi import\`), or remove what uses it`,
      );
    }
    await engine.removeNetwork(leftover.Id);
  };
}

/**
 * Removes secrets that carry just the labels of the one that is to be made, unless a service uses them. A secret's
 * labels must therefore tell its generations apart: another value, another label.
 */
export function removeLeftoverSecrets(connection: pulumi.Output<EngineConnection>, owner: Owner): BeforeCreate {
  return async ({ newInputs }) => {
    const engine = new Engine(await settled(connection));
    const wanted = labelText(labelsOf(newInputs?.["labels"]));
    const alike = (await engine.secrets()).filter(
      ({ Spec }) => isOwned(Spec.Labels, owner) && labelText(Spec.Labels ?? {}) === wanted,
    );
    if (alike.length === 0) return;
    const used = await usedSecrets(engine);
    for (const secret of alike) {
      if (!used.has(secret.ID)) await engine.removeSecret(secret.ID);
    }
  };
}

/**
 * The hooks, where there is an engine that can run them: Pulumi's mocks say that they can, and fail.
 */
export function hooksHere(hooks: pulumi.ResourceHookBinding): pulumi.ResourceHookBinding | undefined {
  const monitor: unknown = pulumi.runtime.getMonitor();
  const canRegister = typeof (monitor as { registerResourceHook?: unknown } | undefined)?.registerResourceHook;
  return canRegister === "function" ? hooks : undefined;
}

async function networkUsers(engine: Engine, id: string): Promise<string[]> {
  const services = (await engine.services()).filter(({ Spec }) =>
    Spec.TaskTemplate.Networks?.some(({ Target }) => Target === id),
  );
  const containers = Object.values((await engine.network(id)).Containers ?? {}).filter(
    ({ Name }) => !Name.startsWith("lb-"),
  );
  return [...services.map(({ Spec }) => `service ${Spec.Name}`), ...containers.map(({ Name }) => `container ${Name}`)];
}

async function usedSecrets(engine: Engine): Promise<Set<string>> {
  const services = await engine.services();
  const references = services.flatMap(({ Spec }) => Spec.TaskTemplate.ContainerSpec.Secrets ?? []);
  return new Set(references.map(({ SecretID }) => SecretID));
}

function labelsOf(list: unknown): Record<string, string> {
  const labels = (list ?? []) as { label: string; value: string }[];
  return Object.fromEntries(labels.map(({ label, value }) => [label, value]));
}

function labelText(labels: Record<string, string>): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => a.localeCompare(b)));
}

/** An Output's value. Hooks run when their resource's inputs are known, so there is one. */
function settled<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply(resolve));
}
