import type { StoredResource } from "../lib/state.ts";

/** A volume in a cloud that holds a store's data. */
export interface CloudVolume {
  /** Its name in the stack. */
  name: string;
  /** The cloud's own name for it. */
  id: string;
  /** Whether Pulumi refuses to delete it. */
  isProtected: boolean;
}

/** The data volumes of a stack's machines, by name. */
export function cloudVolumes(resources: readonly StoredResource[]): CloudVolume[] {
  return resources
    .flatMap(({ type, urn, id, protect = false }) =>
      type === "aws:ebs/volume:Volume" && id !== undefined
        ? [{ name: urn.split("::").at(-1) ?? urn, id, isProtected: protect }]
        : [],
    )
    .toSorted((a, b) => a.name.localeCompare(b.name));
}
