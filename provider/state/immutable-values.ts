import type { ImmutableValues } from "../../core/immutable-value.ts";
import { deepEqual } from "../runtime/diff.ts";
import type { ResourceHandler } from "../runtime/resource-handler.ts";
import { validateImmutableValues } from "./immutable.ts";
import { stateOnlyHandler } from "./state-only-handler.ts";

export interface ImmutableValuesInputs {
  values: ImmutableValues;
}

/**
 * Settings that cannot change once other resources depend on them. A change fails before any of these resources
 * changes.
 */
export const ImmutableValuesResource: ResourceHandler<ImmutableValuesInputs> = {
  ...stateOnlyHandler<ImmutableValuesInputs>(
    (id) => `immutable values ${id} cannot be imported: the program sets them`,
  ),

  async check(olds, news) {
    return { inputs: news, failures: validateImmutableValues(olds.values, news.values) };
  },

  async diff(_id, olds, news) {
    return { changes: !deepEqual(valuesOf(olds), valuesOf(news)) };
  },

  async update(_id, _olds, news) {
    return { outs: news };
  },
};

/** Returns the values without their reasons, because a later release may improve the wording. */
function valuesOf({ values }: ImmutableValuesInputs): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([name, { value }]) => [name, value] as const));
}
