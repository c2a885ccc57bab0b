import * as pulumi from "@pulumi/pulumi";

/** The key under which a store encrypts: the keys of its objects, and what it keeps of users and settings. */
export interface KmsKey {
  /** What MinIO calls it, 1 to 64 letters, digits and `._-`. */
  name: string;
  /** 32 random bytes in base64, as `openssl rand -base64 32` makes them. Secret. */
  key: pulumi.Input<string>;
}
