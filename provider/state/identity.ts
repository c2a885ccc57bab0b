import { randomUUID } from "node:crypto";
import { logLine } from "../runtime/log-line.ts";
import type { ResourceHandler } from "../runtime/resource-handler.ts";
import { takeKeptVolumes } from "./kept-volumes.ts";
import { stateOnlyHandler } from "./state-only-handler.ts";

export interface IdentityInputs {
  /** Chosen by the first `check`, then kept for as long as the state exists. */
  identity?: string;
}

/** The random identity of a state. It has no counterpart in any engine. */
export const Identity: ResourceHandler<IdentityInputs> = {
  ...stateOnlyHandler<IdentityInputs>((id) => `identity ${id} cannot be imported: each state has its own`),

  async check(olds, news) {
    return { inputs: { ...news, identity: olds.identity ?? randomUUID() }, failures: [] };
  },

  async create(inputs) {
    return { id: inputs.identity ?? randomUUID(), outs: inputs };
  },

  /** Runs after everything else has been deleted. `npm run down` keeps the identity, and lists the volumes itself. */
  async delete() {
    const volumes = takeKeptVolumes();
    if (volumes.length === 0) return;
    logLine(
      `kept on their hosts, with all data: volumes ${volumes.join(", ")}; \`docker volume rm\` there deletes them, and ` +
        "docs/recover-state.md describes how to use them again",
    );
  },
};
