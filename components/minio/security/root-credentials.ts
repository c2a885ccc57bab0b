import * as pulumi from "@pulumi/pulumi";
import { SwarmResource } from "../../shared/resource.ts";
import type { ImmutableValue } from "../../../core/immutable-value.ts";

export interface RootCredentialsArgs {
  /**
   * Name of the user.
   * @default - a generated name
   */
  user?: pulumi.Input<string>;
  /**
   * The password.
   * @default - the present one, or a generated one for a new store
   */
  password?: pulumi.Input<string>;
  /**
   * Any new value generates a new password. Not together with `password`.
   * @default - the password stays
   */
  passwordGeneration?: pulumi.Input<string>;
  /** Immutable settings of the store, by argument. */
  immutable: Record<string, ImmutableValue>;
  /** Keys of the store's pools, in order. New ones must be last; only decommissioned ones can be removed. */
  pools: string[];
  /** Names of each pool's members on the network. */
  members: Record<string, pulumi.Input<string>[]>;
  /**
   * Location of the store, to check whether a removed pool is decommissioned.
   * @default - no pool can be removed
   */
  store?: pulumi.Inputs;
}

/** The root user and its password, given or generated once. Pulumi's state has both, the password encrypted. */
export class RootCredentials extends SwarmResource {
  declare readonly user: pulumi.Output<string>;
  /** Password. Secret. */
  declare readonly password: pulumi.Output<string>;
  /** A random value that changes whenever the user or the password does. */
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
