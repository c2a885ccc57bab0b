import { randomUUID } from "node:crypto";
import type { Owner } from "../../core/labels.ts";
import type { ResourceHandler } from "../runtime/resource-handler.ts";
import { ResourceError } from "../runtime/values.ts";

export interface CreationOwnerInputs {
  /** The owner as it was when the resource was created. */
  owner: Owner;
}

/**
 * The owner with which a component's networks, secrets and configs were labelled. Docker cannot change their labels, so
 * a renamed stack or component must not ask for other ones: that would replace them.
 */
export const CreationOwner: ResourceHandler<CreationOwnerInputs> = {
  async check(olds, news) {
    return { inputs: { owner: olds.owner ?? news.owner }, failures: [] };
  },

  async diff() {
    return { changes: false };
  },

  async create(inputs) {
    return { id: randomUUID(), outs: inputs };
  },

  async read(id, state) {
    if (!state) throw new ResourceError(`creation owner ${id} cannot be imported`);
    return { id, props: state, inputs: state };
  },

  async delete() {},
};
