import { randomUUID } from "node:crypto";
import type { ResourceHandler } from "../runtime/resource-handler.ts";
import { ResourceError } from "../runtime/values.ts";

export interface IdentityInputs {
  /** Decided by the first `check`, then kept for as long as the state exists. */
  identity?: string;
}

/** The random identity of a state. It has no counterpart in any engine. */
export const Identity: ResourceHandler<IdentityInputs> = {
  async check(olds, news) {
    return { inputs: { ...news, identity: olds.identity ?? randomUUID() }, failures: [] };
  },

  async diff() {
    return { changes: false };
  },

  async create(inputs) {
    return { id: inputs.identity ?? randomUUID(), outs: inputs };
  },

  async read(id, state) {
    if (!state) throw new ResourceError(`identity ${id} cannot be imported: each state has its own`);
    return { id, props: state, inputs: state };
  },

  async delete() {},
};
