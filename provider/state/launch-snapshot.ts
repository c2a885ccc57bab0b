import { randomUUID } from "node:crypto";
import type { ResourceHandler } from "../runtime/resource-handler.ts";
import { changedKeys, containsUnknown, ResourceError } from "../runtime/values.ts";

export interface LaunchSnapshotInputs {
  /** Id of the image that the machine is made from. */
  image: string;
  /** What it reads when it starts for the first time. */
  userData: string;
  /** Another text takes what there is now. */
  generation: string;
}

/**
 * What a machine is made from, as it was when it was made. Newer images and instructions come out all the time and are
 * no reason to make a machine anew: they are taken only with another generation.
 */
export const LaunchSnapshot: ResourceHandler<LaunchSnapshotInputs> = {
  async check(olds, news) {
    const { image, userData, generation } = olds;
    // Of an update that went wrong some of it may not have been known.
    const isWhole = image !== undefined && userData !== undefined && !containsUnknown({ image, userData, generation });
    const kept = isWhole && generation === news.generation ? { image, userData } : {};
    return { inputs: { ...news, ...kept }, failures: [] };
  },

  async diff(_id, olds, news) {
    return { changes: changedKeys(olds, news, ["image", "userData", "generation"]).length > 0 };
  },

  async create(inputs) {
    return { id: randomUUID(), outs: inputs };
  },

  async update(_id, _olds, news) {
    return { outs: news };
  },

  async read(id, state) {
    if (!state) throw new ResourceError(`blueprint ${id} cannot be imported: it is what a machine was made from`);
    return { id, props: state };
  },

  async delete() {},
};
