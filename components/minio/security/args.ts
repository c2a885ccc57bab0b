import type * as pulumi from "@pulumi/pulumi";
import type { MinioTls } from "./tls.ts";

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

/** The credentials, keys and certificates of a store. */
export interface MinioSecurityArgs {
  /**
   * Name of the root user: 3 to 64 letters, digits and `._-`.
   * @default - a generated name
   */
  rootUser?: pulumi.Input<string>;

  /**
   * Password of the root user, 8 to 128 printable ASCII characters without spaces and colons. Pass a secret. Give the
   * present one for an existing store, or after the state was lost. Changing it rotates the password: all members restart
   * at once, a short outage, and MinIO rejects the old one from then on. If it is omitted later, the password stays.
   * @default - a generated password
   * @example new pulumi.Config().requireSecret("rootPassword")
   * @secret
   */
  rootPassword?: pulumi.Input<string>;

  /**
   * Any new value generates a new root password. All members restart at once, a short outage, and MinIO rejects the old
   * password from then on; users and policies stay. Not together with `rootPassword`.
   * @default - the password stays
   * @example "2026-11"
   */
  rootPasswordGeneration?: pulumi.Input<string>;

  /**
   * TLS for clients and between members. `{}` generates certificates, signed by the store's own authority (the output
   * `caCertificate`, which clients must trust). Turning TLS on or off restarts all members at once.
   * Plain: it decides which resources exist.
   * @default - plain HTTP
   * @example {}
   * @example { names: ["s3.example.com"] }
   */
  tls?: MinioTls;

  /**
   * Key for server-side encryption. Keep a copy: the component neither generates nor backs it up, and without it all
   * encrypted objects, users and settings are lost. A new store on the same drives needs the same key. Adding a key
   * restarts all members at once; from then on it is immutable.
   * Plain: it decides which resources exist.
   * @default - no server-side encryption
   * @example { name: "store-2026", key: new pulumi.Config().requireSecret("kmsKey") }
   */
  kmsKey?: KmsKey;

  /**
   * Secret settings of MinIO: variables that begin with `MINIO_`, and proxies with a password. Members read them from a
   * file that only MinIO's user can read, so they are in no container's environment. All members restart together when a
   * value changes.
   * Plain: only the names.
   * @default - none
   * @example { MINIO_IDENTITY_OPENID_CLIENT_SECRET: config.requireSecret("clientSecret") }
   */
  secretEnvironment?: Record<string, pulumi.Input<string>>;

  /**
   * Certificates of further authorities that MinIO trusts when it connects to other servers, such as a webhook or an
   * identity provider; each in PEM form. All members restart together when they change.
   * @default - the authorities of the image
   */
  caCertificates?: pulumi.Input<pulumi.Input<string>[]>;
}
