import * as pulumi from "@pulumi/pulumi";

/** The key that a store uses to encrypt object keys, users and settings. */
export interface KmsKey {
  /**
   * The key's name in MinIO: 1 to 64 letters, digits and `._-`.
   * Plain: the preview checks that it does not change.
   */
  name: string;
  /** 32 random bytes in base64, such as from `openssl rand -base64 32`. @secret */
  key: pulumi.Input<string>;
}
