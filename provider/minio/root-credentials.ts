import { randomUUID } from "node:crypto";
import { validateImmutableValues } from "../state/immutable.ts";
import { type ImmutableValues } from "../../core/immutable-value.ts";
import type { ResourceHandler } from "../runtime/resource-handler.ts";
import { randomText } from "../runtime/random-text.ts";
import { checkPools, type StorePools } from "./pools.ts";
import { changedKeys } from "../runtime/diff.ts";

export interface RootCredentialsInputs extends StorePools {
  /** The user name asked for; absent, one is generated. */
  requestedUser?: string;
  /** The password to use; absent, one is generated, or the present one stays. */
  password?: string;
  /** Another text makes another password. Not together with a given one. */
  passwordGeneration?: string;
  /** What of the store is chosen for life. This resource lives as long as the store, whatever its services are called. */
  immutable?: ImmutableValues;
}

export interface RootCredentialsState extends RootCredentialsInputs {
  user: string;
  password: string;
  /** Another text whenever the user or the password is another. */
  generation: string;
}

/**
 * A root user and its password, given or generated. What is stored in Pulumi's state is the truth.
 */
export const RootCredentials: ResourceHandler<RootCredentialsInputs, RootCredentialsState> = {
  async check(olds, news) {
    const pools = await checkPools(olds, news);
    return { inputs: news, failures: [...validateImmutableValues(olds.immutable, news.immutable), ...pools] };
  },

  async diff(_id, olds, news) {
    const isAnother = news.password !== undefined && news.password !== olds.password;
    return { changes: isAnother || changedKeys(olds, news, ["requestedUser", "passwordGeneration"]).length > 0 };
  },

  async create(inputs) {
    const outs = {
      ...inputs,
      user: inputs.requestedUser ?? `root-${randomText(12)}`,
      password: inputs.password ?? randomText(40),
      generation: randomText(8),
    };
    return { id: randomUUID(), outs };
  },

  async read(id, state) {
    if (!state) throw new Error(`root credentials ${id} cannot be imported: they are generated`);
    return { id, props: state };
  },

  async update(_id, olds, news) {
    const user = news.requestedUser ?? olds.user;
    const password = news.password ?? nextPassword(olds, news);
    const keeps = password === olds.password && user === olds.user;
    const generation = keeps ? olds.generation : randomText(8);
    return { outs: { ...news, user, password, generation } };
  },

  async delete() {},
};

/** The password where none is given: the present one, unless another generation is asked for. */
function nextPassword(olds: RootCredentialsState, news: RootCredentialsInputs): string {
  return changedKeys(olds, news, ["passwordGeneration"]).length === 0 ? olds.password : randomText(40);
}
