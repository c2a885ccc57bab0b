import { changedKeys, containsUnknown } from "../runtime/diff.ts";
import type { ResourceHandler } from "../runtime/resource-handler.ts";
import { stateOnlyHandler } from "./state-only-handler.ts";

export interface LaunchSnapshotInputs {
  /** Id of the machine's image. */
  image: string;
  /** User data that the machine reads at its first start. */
  userData: string;
  /** A new generation adopts the current image and user data. */
  generation: string;
}

/**
 * The image and user data with which a machine was created. Both often get new versions, which must not replace the
 * machine: only a new generation adopts them.
 */
export const LaunchSnapshot: ResourceHandler<LaunchSnapshotInputs> = {
  ...stateOnlyHandler<LaunchSnapshotInputs>(
    (id) => `launch snapshot ${id} cannot be imported: it records how a machine was created`,
  ),

  async check(olds, news) {
    const { image, userData, generation } = olds;
    // After a failed update some recorded values may be unknown.
    const isComplete =
      image !== undefined && userData !== undefined && !containsUnknown({ image, userData, generation });
    const kept = isComplete && generation === news.generation ? { image, userData } : {};
    return { inputs: { ...news, ...kept }, failures: [] };
  },

  async diff(_id, olds, news) {
    return { changes: changedKeys(olds, news, ["image", "userData", "generation"]).length > 0 };
  },

  async update(_id, _olds, news) {
    return { outs: news };
  },
};
