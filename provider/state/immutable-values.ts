import { randomUUID } from "node:crypto";
import { validateImmutableValues } from "./immutable.ts";
import { type ImmutableValues } from "../../core/immutable-value.ts";
import type { ResourceHandler } from "../runtime/resource-handler.ts";
import { ResourceError, deepEqual } from "../runtime/values.ts";

export interface ImmutableValuesInputs {
  values: ImmutableValues;
}

/** Choices on which other resources are built for life: a change is refused before any of those is touched. */
export const ImmutableValuesResource: ResourceHandler<ImmutableValuesInputs> = {
  async check(olds, news) {
    return { inputs: news, failures: validateImmutableValues(olds.values, news.values) };
  },

  async diff(_id, olds, news) {
    return { changes: !deepEqual(valuesOf(olds), valuesOf(news)) };
  },

  async create(inputs) {
    return { id: randomUUID(), outs: inputs };
  },

  async update(_id, _olds, news) {
    return { outs: news };
  },

  async read(id, state) {
    if (!state) throw new ResourceError(`choice ${id} cannot be imported: it is what a program decided`);
    return { id, props: state };
  },

  async delete() {},
};

/** Without the words that explain them, which a later release may choose better. */
function valuesOf({ values }: ImmutableValuesInputs): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([name, { value }]) => [name, value] as const));
}
