import * as pulumi from "@pulumi/pulumi";
import { SwarmResource } from "../provider/resource.ts";
import type { FrozenValue } from "../swarm-service/args.ts";

export interface RootCredentialsArgs {
  /**
   * Name of the user.
   * @default - a generated name
   */
  user?: pulumi.Input<string>;
  /**
   * Another text makes another password.
   * @default - the password stays
   */
  passwordGeneration?: pulumi.Input<string>;
  /** What of the store they belong to is chosen for life, by the name of the argument. */
  frozen: Record<string, FrozenValue>;
  /** Keys of the store's pools, in order: none may go or change its place. */
  pools: string[];
}

/** A root user and its password, generated once and kept in Pulumi's state, the password encrypted. */
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
        asked: args.user,
        passwordGeneration: args.passwordGeneration,
        frozen: args.frozen,
        pools: args.pools,
        user: undefined,
        password: undefined,
        generation: undefined,
      },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["password"] }),
    );
  }
}
