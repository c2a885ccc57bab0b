import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { onlyChildOptions, secretInput, SwarmComponent } from "../../shared/component.ts";
import { validateWhenKnown, knownValue } from "../../shared/inputs.ts";
import { type ValidationIssue, throwIfInvalid } from "../../../core/input-validation-error.ts";
import { validateUser, validateUserResourceName } from "../validation/buckets-and-users.ts";
import { type BucketAccess, userPolicy, policyPrefix } from "./policy.ts";
import type { MinioService } from "../minio-service.ts";
import { StoreUser } from "./store-user.ts";
import { rejectWrongArguments } from "../../shared/reject-arguments.ts";
import { rejectIssues } from "../../shared/invalid-input.ts";

/** Arguments of `MinioUser`. */
export interface MinioUserArgs {
  /** The store that the user belongs to. */
  store: MinioService;

  /**
   * Access by bucket name: `readonly`, `writeonly` or `readwrite`. The user has no other rights.
   * Plain: the preview checks it.
   * @example { photos: "readwrite", catalogue: "readonly" }
   */
  access: Record<string, BucketAccess>;

  /**
   * Access key (user name): 3 to 64 letters, digits and `._-`, not starting with a hyphen. Choose one that is hard to
   * guess. If it is omitted later, the user keeps its present one.
   * @default - the resource's name with a suffix of eight random letters and digits
   */
  accessKey?: pulumi.Input<string>;

  /**
   * Any new value generates a new secret key. MinIO rejects the old key and the user's service accounts from then on;
   * temporary sessions stay valid until they expire.
   * @default - the secret key stays
   * @example "2026-11"
   */
  secretKeyGeneration?: pulumi.Input<string>;

  /**
   * The user's secret key, at least 8 characters. Kept as a secret. With `adopt` give the present one, so that
   * applications keep working. Not together with `secretKeyGeneration`.
   * @default - a generated one
   * @secret
   */
  secretKey?: pulumi.Input<string>;

  /**
   * Whether to adopt an existing user of this name, which then gets this secret key and access.
   * Plain: the preview checks it.
   * @default false: an existing user is an error
   */
  adopt?: boolean;
}

/**
 * A user of a store for an application, with a generated secret key and its own policy, so that no application needs root
 * credentials. Deleted with the resource.
 *
 * @example
 * const app = new MinioUser("app", { store, access: { photos: "readwrite" } });
 * export const { accessKey, secretKey } = app;
 */
export class MinioUser extends SwarmComponent {
  /** Access key (user name). */
  readonly accessKey: pulumi.Output<string>;
  /** Secret key. @secret */
  readonly secretKey: pulumi.Output<string>;
  /** Name of the user's policy in the store. */
  readonly policyName: pulumi.Output<string>;

  constructor(name: string, args: MinioUserArgs, opts?: pulumi.ComponentResourceOptions) {
    rejectWrongArguments("MinioUser", name, args);
    const { store, access, accessKey, secretKeyGeneration, adopt } = args;
    const secretKey = secretInput(args.secretKey);
    const subject = `MinioUser "${name}"`;
    rejectIssues(subject, [
      ...validateUser({ accessKey: knownValue(accessKey), access }),
      ...(accessKey === undefined ? validateUserResourceName(name) : []),
      ...(secretKey !== undefined && secretKeyGeneration !== undefined ? [SECRET_KEY_CONFLICT] : []),
    ]);
    const validAccessKey =
      accessKey && validateWhenKnown(accessKey, (value) => throwIfInvalid(subject, validateUser({ accessKey: value })));
    const defaultAccessKey = pulumi.output(store.connection.seed).apply((seed) => generatedAccessKey(name, seed));
    super("MinioUser", name, { ...args, secretKey }, opts);
    const user = new StoreUser(
      name,
      {
        store: store.connection.address,
        accessKey: validAccessKey,
        defaultAccessKey,
        policyPrefix: policyPrefix(name),
        policy: JSON.stringify(userPolicy(access)),
        generation: secretKeyGeneration,
        secretKey,
        adopt,
      },
      onlyChildOptions(this, opts),
    );
    this.accessKey = user.accessKey;
    this.secretKey = pulumi.secret(user.secretKey);
    this.policyName = user.policyName;
    this.registerOutputs({ accessKey: this.accessKey, secretKey: this.secretKey, policyName: this.policyName });
  }
}

const SECRET_KEY_CONFLICT: ValidationIssue = {
  argument: "secretKeyGeneration",
  value: "(given)",
  problem: "conflicts with secretKey, which sets the key directly: leave one of them out",
};

const LETTERS_AND_DIGITS = "abcdefghijklmnopqrstuvwxyz0123456789";

/**
 * Returns the access key of a user that declares none. It is derived from a random value in the store's state, so that
 * an `up` that is repeated after being killed creates the same user.
 */
export function generatedAccessKey(name: string, seed: string): string {
  const text = [pulumi.getProject(), pulumi.getStack(), name, seed].join("\n");
  const bytes = createHash("sha256").update(text).digest().subarray(0, 8);
  const suffix = [...bytes].map((byte) => LETTERS_AND_DIGITS[byte % LETTERS_AND_DIGITS.length]).join("");
  return `${name.slice(0, 55)}-${suffix}`;
}
