import { randomUUID } from "node:crypto";
import { frozenFailures } from "./immutable.ts";
import { type Frozen } from "../../core/immutable-value.ts";
import type { ResourceHandler } from "../runtime/resource-handler.ts";
import { ResourceProblem, same } from "../runtime/values.ts";

export interface ForLifeInputs {
  frozen: Frozen;
}

/** Choices on which other resources are built for life: a change is refused before any of those is touched. */
export const ForLife: ResourceHandler<ForLifeInputs> = {
  async check(olds, news) {
    return { inputs: news, failures: frozenFailures(olds.frozen, news.frozen) };
  },

  async diff(_id, olds, news) {
    return { changes: !same(valuesOf(olds), valuesOf(news)) };
  },

  async create(inputs) {
    return { id: randomUUID(), outs: inputs };
  },

  async update(_id, _olds, news) {
    return { outs: news };
  },

  async read(id, state) {
    if (!state) throw new ResourceProblem(`choice ${id} cannot be imported: it is what a program decided`);
    return { id, props: state };
  },

  async delete() {},
};

/** Without the words that explain them, which a later release may choose better. */
function valuesOf({ frozen }: ForLifeInputs): Record<string, unknown> {
  return Object.fromEntries(Object.entries(frozen).map(([name, { value }]) => [name, value] as const));
}
