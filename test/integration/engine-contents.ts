import type { Engine } from "../../engine/engine.ts";
import { NAME_LABEL, OWNER_LABEL } from "../../core/labels.ts";

/** The objects of an engine, by name. Equal before and after means that nothing was changed. */
export interface EngineContents {
  swarm: string;
  networks: string[];
  services: string[];
  secrets: string[];
  containers: string[];
  volumes: string[];
}

export async function getEngineContents(engine: Engine): Promise<EngineContents> {
  const { Swarm } = await engine.info();
  const isManager = Swarm.LocalNodeState === "active" && Swarm.ControlAvailable;
  const [networks, volumes, containers] = await Promise.all([
    engine.listNetworks(),
    engine.listVolumes(),
    engine.listContainers(undefined, true),
  ]);
  const services = isManager ? await engine.listServices() : [];
  const secrets = isManager ? await engine.listSecrets() : [];
  return {
    swarm: isManager ? `manager of ${Swarm.Cluster?.ID}` : Swarm.LocalNodeState,
    networks: networks.map(({ Name }) => Name).toSorted(),
    services: services.map(({ Spec }) => Spec.Name).toSorted(),
    secrets: secrets.map(({ Spec }) => Spec.Name).toSorted(),
    containers: containers.map(({ Names, Id }) => Names[0] ?? Id).toSorted(),
    volumes: volumes.map(({ Name }) => Name).toSorted(),
  };
}

/** Lists the objects with a stack's owner label as `kind name`, with the name of the resource that created them. */
export async function listOwnedObjects(engine: Engine): Promise<string[]> {
  const [services, networks, secrets] = await Promise.all([
    engine.listServices(),
    engine.listNetworks({ scope: ["swarm"] }),
    engine.listSecrets(),
  ]);
  const owner = (labels: Record<string, string> | null | undefined) => labels?.[NAME_LABEL];
  const named = (kind: string, owners: (string | undefined)[]) =>
    owners.filter((name) => name !== undefined).map((name) => `${kind} ${name}`);
  return [
    ...named(
      "service",
      services.map(({ Spec }) => owner(Spec.Labels)),
    ),
    ...named(
      "network",
      networks.map(({ Labels }) => owner(Labels)),
    ),
    ...named(
      "secret",
      // A secret's label names its component. The resource's name is the secret's name without Pulumi's suffix.
      secrets.map(({ Spec }) => (Spec.Labels?.[OWNER_LABEL] ? Spec.Name.replace(/-[0-9a-f]{7}$/, "") : undefined)),
    ),
  ].toSorted();
}
