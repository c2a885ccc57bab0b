import { randomUUID } from "node:crypto";
import { ResourceError } from "../runtime/errors.ts";

/**
 * Returns the handler functions that all resources without a counterpart outside the state share: they record their
 * inputs, and nothing can drift.
 *
 * @param importError returns why a resource with this id cannot be imported
 */
export function stateOnlyHandler<State extends object>(importError: (id: string) => string) {
  return {
    async diff() {
      return { changes: false };
    },

    async create(inputs: State) {
      return { id: randomUUID(), outs: inputs };
    },

    async read(id: string, state?: State) {
      if (!state) throw new ResourceError(importError(id));
      return { id, props: state };
    },

    async delete() {},
  };
}
