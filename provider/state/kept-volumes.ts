import type { ServiceSpec } from "../../engine/service-types.ts";

/** The volumes of the services that this process, and so this run, has deleted. */
const kept = new Set<string>();

/** Remembers the volumes of a deleted service: they stay on their hosts. */
export function addKeptVolumes(spec: Pick<ServiceSpec, "TaskTemplate">): void {
  for (const name of mountedVolumes(spec)) kept.add(name);
}

/** Returns the names of the remembered volumes, and forgets them. */
export function takeKeptVolumes(): string[] {
  const names = [...kept].toSorted();
  kept.clear();
  return names;
}

/** Returns the names of the volumes that a service mounts. */
export function mountedVolumes({ TaskTemplate }: Pick<ServiceSpec, "TaskTemplate">): string[] {
  return (TaskTemplate.ContainerSpec.Mounts ?? []).flatMap(({ Type, Source }) =>
    Type === "volume" && Source ? [Source] : [],
  );
}
