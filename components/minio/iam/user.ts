import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { SwarmResource } from "../../shared/resource.ts";
import { validateWhenKnown, knownValue } from "../../shared/inputs.ts";
import { type ValidationIssue, throwIfInvalid } from "../../../core/input-validation-error.ts";
import { validateUser, validateUserResourceName } from "../validation/buckets-and-users.ts";
import { type BucketAccess, userPolicy, policyPrefix } from "./policy.ts";
import type { HasStoreConnection } from "../connection.ts";

/** Which store a user is in, and what it may do there. */
export interface MinioUserArgs {
  /** The store that the user is to work with. */
  store: HasStoreConnection;

  /**
   * What the user may do, by name of the bucket: read its objects, write them, or both. Everything else is refused.
   * @example { photos: "readwrite", catalogue: "readonly" }
   */
  access: Record<string, BucketAccess>;

  /**
   * Name of the user, its access key: 3 to 64 letters, digits and `._-`, no hyphen first. Choose one that is not easy to
   * guess. Without it the user keeps the one that it has.
   * @default - the resource's name with eight random letters and digits
   */
  accessKey?: pulumi.Input<string>;

  /**
   * Another text here makes another secret key; the former one is refused from then on, and so are service accounts of
   * the user. Temporary sessions that it has opened end by themselves.
   * @default - the secret key stays
   * @example "2026-11"
   */
  secretKeyGeneration?: pulumi.Input<string>;

  /**
   * The user's secret key, 8 characters or more, kept secret. Give the present one with `adopt`, so that applications
   * go on working. Not together with `secretKeyGeneration`.
   * @default - a generated one
   */
  secretKey?: pulumi.Input<string>;

  /**
   * Whether a user of this name that something else created becomes this one: it gets this secret key and these rights.
   * @default false: such a user is refused
   */
  adopt?: boolean;
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
    const { store, access, accessKey, secretKey, secretKeyGeneration, adopt } = args;
    const subject = `MinioUser "${name}"`;
    store.connection.swarm.throwIfInvalid(subject, [
      ...validateUser({ accessKey: knownValue(accessKey), access }),
      ...(accessKey === undefined ? validateUserResourceName(name) : []),
      ...(secretKey !== undefined && secretKeyGeneration !== undefined ? [SECRET_KEY_CONFLICT] : []),
    ]);
    const user =
      accessKey && validateWhenKnown(accessKey, (value) => throwIfInvalid(subject, validateUser({ accessKey: value })));
    const defaultAccessKey = pulumi.output(store.connection.seed).apply((seed) => generatedAccessKey(name, seed));
    super(
      "User",
      name,
      {
        store: store.connection.address,
        accessKey: user,
        defaultAccessKey,
        policyPrefix: policyPrefix(name),
        policyName: undefined,
        policy: JSON.stringify(userPolicy(access)),
        enabled: true,
        generation: secretKeyGeneration,
        secretKey: secretKey === undefined ? undefined : pulumi.secret(secretKey),
        adopt,
      },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["secretKey"] }),
    );
  }
}

const SECRET_KEY_CONFLICT: ValidationIssue = {
  argument: "secretKeyGeneration",
  value: "(given)",
  problem: "secretKey is given as well, and it alone decides: leave one of them out",
};

const LETTERS_AND_DIGITS = "abcdefghijklmnopqrstuvwxyz0123456789";

/**
 * Returns the access key of a user for which none is given. It follows from a random value in the store's state: an `up`
 * that is killed and run again makes the same user.
 */
export function generatedAccessKey(name: string, seed: string): string {
  const text = [pulumi.getProject(), pulumi.getStack(), name, seed].join("\n");
  const bytes = createHash("sha256").update(text).digest().subarray(0, 8);
  const suffix = [...bytes].map((byte) => LETTERS_AND_DIGITS[byte % LETTERS_AND_DIGITS.length]).join("");
  return `${name.slice(0, 55)}-${suffix}`;
}
