import type { ResourceHandler } from "../runtime/resource-handler.ts";

/**
 * A barrier that depends on every HostInspection. Hosts depend on the barrier instead of on each inspection, so that the
 * state grows with the number of hosts, not with its square.
 */
export const InspectionBarrier: ResourceHandler<object> = {
  async diff() {
    return { changes: false };
  },

  async create(inputs) {
    return { id: "inspected", outs: inputs };
  },

  async read(id, state) {
    return { id, props: state };
  },
};
