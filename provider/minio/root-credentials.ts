import { randomUUID } from "node:crypto";
import { validateImmutableValues } from "../state/immutable.ts";
import { type ImmutableValues } from "../../core/immutable-value.ts";
import type { ResourceHandler } from "../runtime/resource-handler.ts";
import { randomText } from "../runtime/random-text.ts";
import { checkPools, type StorePools } from "./pools.ts";
import { changedKeys } from "../runtime/diff.ts";

export interface RootCredentialsInputs extends StorePools {
  /** @default - one is generated */
  requestedUser?: string;
  /** @default - one is generated, or the present one is kept */
  password?: string;
  /** A change generates a new password. Not together with `password`. */
  passwordGeneration?: string;
  /** The store's immutable values. This resource lives as long as the store, even if its services are replaced. */
  immutable?: ImmutableValues;
}

export interface RootCredentialsState extends RootCredentialsInputs {
  user: string;
  password: string;
  /** Changes together with the user or the password. */
  generation: string;
}

/** A root user and its password, given or generated. They exist in Pulumi's state only. */
export const RootCredentials: ResourceHandler<RootCredentialsInputs, RootCredentialsState> = {
  async check(olds, news) {
    const pools = await checkPools(olds, news);
    return { inputs: news, failures: [...validateImmutableValues(olds.immutable, news.immutable), ...pools] };
  },

  async diff(_id, olds, news) {
    const isNewPassword = news.password !== undefined && news.password !== olds.password;
    return { changes: isNewPassword || changedKeys(olds, news, ["requestedUser", "passwordGeneration"]).length > 0 };
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

/** Returns the password if none is given: the present one, or a new one if `passwordGeneration` changed. */
function nextPassword(olds: RootCredentialsState, news: RootCredentialsInputs): string {
  return changedKeys(olds, news, ["passwordGeneration"]).length === 0 ? olds.password : randomText(40);
}
