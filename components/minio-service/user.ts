import * as pulumi from "@pulumi/pulumi";
import { SwarmResource } from "../provider/resource.ts";
import { checkedInput, plain } from "../shared/inputs.ts";
import { refuse } from "../shared/refusal.ts";
import { userFindings } from "./contents-findings.ts";
import { type BucketAccess, policyOf } from "./policy.ts";
import type { ReachableStore } from "./store-reach.ts";

/** Which store a user is in, and what it may do there. */
export interface MinioUserArgs {
  /** The store that the user is to work with. */
  store: ReachableStore;

  /**
   * What the user may do, by name of the bucket: read its objects, write them, or both. Everything else is refused.
   * @example { photos: "readwrite", catalogue: "readonly" }
   */
  access: Record<string, BucketAccess>;

  /**
   * Name of the user, its access key: 3 to 64 letters, digits and `._-`.
   * @default - the resource's name
   */
  accessKey?: pulumi.Input<string>;

  /**
   * Another text here makes another secret key; the former one is refused from then on.
   * @default - the secret key stays
   * @example "2026-11"
   */
  secretKeyGeneration?: pulumi.Input<string>;
}

/**
 * A user of a store, for an application: with a secret key of its own, generated, and a policy of its own, so that
 * nobody has to work as root. It goes with the resource.
 *
 * @example
 * const app = new MinioUser("app", { store, access: { photos: "readwrite" } });
 * export const { accessKey, secretKey } = app;
 */
export class MinioUser extends SwarmResource {
  /** The user's name: what clients give as access key. */
  declare readonly accessKey: pulumi.Output<string>;
  /** Secret. */
  declare readonly secretKey: pulumi.Output<string>;
  /** Name of the user's policy in the store. */
  declare readonly policyName: pulumi.Output<string>;

  constructor(name: string, args: MinioUserArgs, opts?: pulumi.CustomResourceOptions) {
    const { store, access, accessKey = name, secretKeyGeneration } = args;
    const subject = `MinioUser "${name}"`;
    store.reach.swarm.refuse(subject, userFindings({ accessKey: plain(accessKey), access }));
    const user = checkedInput(accessKey, (value) => refuse(subject, userFindings({ accessKey: value })));
    const policyName = pulumi.interpolate`${pulumi.getProject()}.${pulumi.getStack()}.${name}.${user}`;
    super(
      "User",
      name,
      {
        store: store.reach.address,
        accessKey: user,
        policyName,
        policy: JSON.stringify(policyOf(access)),
        policies: [policyName],
        enabled: true,
        generation: secretKeyGeneration,
        secretKey: undefined,
      },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["secretKey"] }),
    );
  }
}
