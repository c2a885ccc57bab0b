import * as pulumi from "@pulumi/pulumi";
import { SwarmResource } from "../shared/resource.ts";
import type { ImmutableValue } from "../../core/immutable-value.ts";

export interface RootCredentialsArgs {
  /**
   * Name of the user.
   * @default - a generated name
   */
  user?: pulumi.Input<string>;
  /**
   * The password.
   * @default - a generated one; the present one where it was given before
   */
  password?: pulumi.Input<string>;
  /**
   * Another text makes another password. Not together with `password`.
   * @default - the password stays
   */
  passwordGeneration?: pulumi.Input<string>;
  /** What of the store they belong to is chosen for life, by the name of the argument. */
  immutable: Record<string, ImmutableValue>;
  /** Keys of the store's pools, in order: a new one comes last, and one goes only when it is empty. */
  pools: string[];
  /** Names of each pool's members on the network. */
  members: Record<string, string[]>;
  /**
   * The store, to be asked what it has of a pool that is taken out.
   * @default - nobody can be asked, and no pool goes
   */
  store?: pulumi.Inputs;
}

/** A root user and its password, given or generated once, and kept in Pulumi's state, the password encrypted. */
export class RootCredentials extends SwarmResource {
  declare readonly user: pulumi.Output<string>;
  /** Secret. */
  declare readonly password: pulumi.Output<string>;
  /** Another text whenever the user or the password is another; tells nothing of either. */
  declare readonly generation: pulumi.Output<string>;

  constructor(name: string, args: RootCredentialsArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "RootCredentials",
      name,
      {
        requestedUser: args.user,
        passwordGeneration: args.passwordGeneration,
        immutable: args.immutable,
        pools: args.pools,
        members: args.members,
        store: args.store,
        user: undefined,
        password: args.password && pulumi.secret(args.password),
        generation: undefined,
      },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["password"] }),
    );
  }
}
