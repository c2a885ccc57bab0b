import { randomUUID } from "node:crypto";
import { containsUnknown } from "../runtime/diff.ts";
import type { CheckFailure, ResourceHandler } from "../runtime/resource-handler.ts";
import { stateOnlyHandler } from "./state-only-handler.ts";

export interface AssertionInputs {
  /** One message for each failed check. */
  errors: string[];
}

export interface AssertionState extends AssertionInputs {
  /** Known once the assertion has passed. Resources with inputs that depend on it are created later. */
  passed: true;
}

/**
 * Fails in `check` unless the list of errors is empty, so that dependent resources are not created. The errors come from
 * lookups outside the program. An exception in the program would come too late, once for every Output that waits for it.
 */
export const Assertion: ResourceHandler<AssertionInputs, AssertionState> = {
  ...stateOnlyHandler<AssertionState>(
    (id) => `assertion ${id} cannot be imported: the program evaluates it in every run`,
  ),

  async check(_olds, news) {
    const errors = containsUnknown(news.errors) ? [] : news.errors;
    return { inputs: news, failures: errors.map((reason): CheckFailure => ({ property: "", reason })) };
  },

  async create(inputs) {
    return { id: randomUUID(), outs: { ...inputs, passed: true } };
  },
};
