import { randomUUID } from "node:crypto";
import type { CheckFailure, ResourceHandler } from "../runtime/resource-handler.ts";
import { containsUnknown, ResourceError } from "../runtime/values.ts";

export interface AssertionInputs {
  /** What speaks against what is declared, one line each. */
  errors: string[];
}

export interface AssertionState extends AssertionInputs {
  /** Known once nothing spoke against it. */
  passed: true;
}

/**
 * What was found out while a program ran, outside of it: what depends on this is made only if nothing was found to be
 * wrong. An error that the program threw would come too late, and once for each thing that waits for it.
 */
export const Assertion: ResourceHandler<AssertionInputs, AssertionState> = {
  async check(_olds, news) {
    const known = containsUnknown(news.errors) ? [] : news.errors;
    return { inputs: news, failures: known.map((reason): CheckFailure => ({ property: "", reason })) };
  },

  async diff() {
    return { changes: false };
  },

  async create(inputs) {
    return { id: randomUUID(), outs: { ...inputs, passed: true } };
  },

  async read(id, state) {
    if (!state) throw new ResourceError(`verdict ${id} cannot be imported: it is found out anew in every run`);
    return { id, props: state };
  },

  async delete() {},
};
