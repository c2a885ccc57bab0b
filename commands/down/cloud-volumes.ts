import type { StoredResource } from "../lib/state.ts";

/** A cloud volume with data of a store. */
export interface CloudVolume {
  /** Its name in the stack. */
  name: string;
  /** Its ID in the cloud. */
  id: string;
  /** Whether Pulumi refuses to delete it. */
  isProtected: boolean;
}

/** Lists the data volumes of a stack's machines by name. */
export function cloudVolumes(resources: readonly StoredResource[]): CloudVolume[] {
  return resources
    .flatMap(({ type, urn, id, protect = false }) =>
      type === "aws:ebs/volume:Volume" && id !== undefined
        ? [{ name: urn.split("::").at(-1) ?? urn, id, isProtected: protect }]
        : [],
    )
    .toSorted((a, b) => a.name.localeCompare(b.name));
}
