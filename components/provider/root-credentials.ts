import { randomInt, randomUUID } from "node:crypto";
import { type Frozen, frozenFailures } from "./frozen.ts";
import type { ResourceHandler } from "./handler.ts";

export interface RootCredentialsInputs {
  /** The user name asked for; absent, one is generated. */
  asked?: string;
  /** What of the store is chosen for life. This resource lives as long as the store, whatever its services are called. */
  frozen?: Frozen;
}

export interface RootCredentialsState extends RootCredentialsInputs {
  user: string;
  password: string;
  /** Another text whenever the user or the password is another. */
  generation: string;
}

const LETTERS_AND_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** A root user and its password. They live in Pulumi's state and nowhere else, so what is stored there is the truth. */
export const RootCredentials: ResourceHandler<RootCredentialsInputs, RootCredentialsState> = {
  async check(olds, news) {
    return { inputs: news, failures: frozenFailures(olds.frozen, news.frozen) };
  },

  async diff(_id, olds, news) {
    return { changes: olds.asked !== news.asked };
  },

  async create(inputs) {
    const outs = {
      ...inputs,
      user: inputs.asked ?? `root-${randomText(12)}`,
      password: randomText(40),
      generation: randomText(8),
    };
    return { id: randomUUID(), outs };
  },

  async read(id, state) {
    if (!state) throw new Error(`root credentials ${id} cannot be imported: they are generated`);
    return { id, props: state };
  },

  async update(_id, olds, news) {
    const user = news.asked ?? olds.user;
    const generation = user === olds.user ? olds.generation : randomText(8);
    return { outs: { ...news, user, password: olds.password, generation } };
  },

  async delete() {},
};

function randomText(length: number): string {
  return Array.from({ length }, () => LETTERS_AND_DIGITS[randomInt(LETTERS_AND_DIGITS.length)]).join("");
}
