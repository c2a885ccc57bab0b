import type { ServiceSpec } from "../../engine/types.ts";
import { keepOwnerLabels } from "../../core/labels.ts";

/**
 * Returns the spec with the owner labels that its volumes were created with. Docker labels a volume only when it
 * creates it, so other labels in the spec would only restart every task.
 */
export function keepVolumeLabels(spec: ServiceSpec, before: ServiceSpec | undefined): ServiceSpec {
  const previousMounts = before?.TaskTemplate?.ContainerSpec?.Mounts;
  const wanted = spec?.TaskTemplate?.ContainerSpec?.Mounts;
  if (!Array.isArray(previousMounts) || !Array.isArray(wanted)) return spec;
  const mounts = wanted.map((mount) => {
    const same = previousMounts.find(
      ({ Type, Source }) => Type === "volume" && Source !== undefined && Source === mount.Source,
    );
    const { Labels } = mount.VolumeOptions ?? {};
    if (!same || !Labels || typeof Labels !== "object") return mount;
    const kept = keepOwnerLabels(Labels, same.VolumeOptions?.Labels);
    return { ...mount, VolumeOptions: { ...mount.VolumeOptions, Labels: kept } };
  });
  const { TaskTemplate } = spec;
  const ContainerSpec = { ...TaskTemplate.ContainerSpec, Mounts: mounts };
  return { ...spec, TaskTemplate: { ...TaskTemplate, ContainerSpec } };
}
