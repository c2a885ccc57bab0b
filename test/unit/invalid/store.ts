import type { Settings } from "../../../stacks/settings.ts";
import { invalid, type InvalidSettings } from "./expected-refusal.ts";

/** Invalid settings of the store. */
export const INVALID_STORE_SETTINGS = {
  image: [
    invalid(
      "the image `latest`",
      { image: "quay.io/minio/minio:latest" },
      "image",
      '"quay.io/minio/minio:latest"',
      "pgsty/silo:RELEASE.2026-09-16T00-00-00Z@sha256:",
    ),
    invalid(
      "MinIO's deleted repository",
      { image: "minio/minio:RELEASE.2025-09-07T16-13-09Z" },
      "image",
      '"minio/minio:RELEASE.2025-09-07T16-13-09Z"',
      "pgsty/silo:RELEASE.2026-09-16T00-00-00Z@sha256:",
    ),
    invalid(
      "an image without a digest",
      { image: "pgsty/silo:RELEASE.2026-09-16T00-00-00Z" },
      "image",
      '"pgsty/silo:RELEASE.2026-09-16T00-00-00Z"',
      "add @sha256:",
    ),
    invalid("an invalid image name", { image: "MinIO, please" }, "image", '"MinIO, please"', "give name:tag@sha256:"),
  ],
  mode: [invalid("an unknown mode", { mode: "mirrored" }, "mode", '"mirrored"', '"global"')],
  adoptStore: [
    invalid(
      "a value of the wrong type",
      { adoptStore: "perhaps" },
      "pulumi-swarm:adoptStore",
      '"perhaps"',
      "pulumi config set",
    ),
  ],
  expose: [
    invalid(
      "a value of the wrong type",
      { expose: "perhaps" },
      "pulumi-swarm:expose",
      '"perhaps"',
      "pulumi config set",
    ),
  ],
  port: [
    invalid("text instead of a number", { port: "nine" }, "pulumi-swarm:port", '"nine"', "pulumi config set"),
    invalid("an invalid port", { port: 99999 }, "port", "99999", "1 to 65535"),
    invalid("a port without expose", { expose: false, port: 9100 }, "port", "9100", "leave it out"),
  ],
  console: [invalid("console without expose", { expose: false, console: false }, "console", "false", "leave it out")],
  consolePort: [
    invalid(
      "the same port for S3 API and console",
      { port: 9100, consolePort: 9100 },
      "consolePort",
      "9100",
      "give each its own",
    ),
  ],
  minReadySeconds: [
    invalid("a negative minReadySeconds", { minReadySeconds: -1 }, "minReadySeconds", "-1", "at least 0 seconds"),
  ],
  allowFrom: [
    invalid("an empty allowFrom", { allowFrom: [] }, "allowFrom", "[]", "list those that may connect"),
    invalid("text instead of an address", { allowFrom: ["office"] }, "allowFrom[0]", '"office"', "such as 10.1.0.0/16"),
  ],
  rootUser: [
    invalid("a too short root user name", { rootUser: "me" }, "rootUser", '"me"', "3 to 64 letters"),
    invalid("MinIO's default root user", { rootUser: "minioadmin" }, "rootUser", '"minioadmin"', "choose another"),
  ],
  rootPassword: [
    invalid(
      "a password that is not a secret",
      { rootPassword: "hunter22" },
      "pulumi-swarm:rootPassword",
      "is not a secret",
      "pulumi config set --secret",
    ),
  ],
  rootPasswordGeneration: [
    invalid(
      "a generation that is neither text nor a number",
      { rootPasswordGeneration: [1] },
      "pulumi-swarm:rootPasswordGeneration",
      "a list",
      "pulumi config set",
    ),
  ],
  tls: [invalid("a value of the wrong type", { tls: "perhaps" }, "pulumi-swarm:tls", '"perhaps"', "pulumi config set")],
  metrics: [
    invalid("an unknown metrics access", { metrics: "everybody" }, "pulumi-swarm:metrics", '"everybody"', '"public"'),
  ],
  buckets: [
    invalid(
      "a bucket name with capital letters",
      { buckets: { Photos: {} } },
      "bucketName",
      '"Photos"',
      "3 to 63 lowercase letters",
    ),
    invalid(
      "object lock without versioning",
      { buckets: { photos: { objectLock: true, versioning: false } } },
      "versioning",
      "false",
      "leave versioning out",
    ),
    invalid(
      "a lifecycle of versions without versioning",
      { buckets: { photos: { lifecycle: { old: { noncurrentVersionExpirationDays: 30 } } } } },
      "lifecycle.old.noncurrentVersionExpirationDays",
      "30",
      "set versioning: true",
    ),
  ],
  users: [
    invalid("a user without buckets", { users: { alice: {} } }, "access", "{}", "name one"),
    invalid(
      "an unknown permission",
      { users: { alice: { photos: "own" } } },
      "users.alice.photos",
      '"own"',
      '"readwrite"',
    ),
  ],
  environment: [
    invalid(
      "a variable that is not one of MinIO's",
      { environment: { TZ: "Europe/Berlin" } },
      "environment",
      '"TZ"',
      "must begin with MINIO_",
    ),
    invalid(
      "a password in the environment",
      { environment: { MINIO_ROOT_PASSWORD: "hunter22" } },
      "environment",
      '"MINIO_ROOT_PASSWORD"',
      "give rootPassword",
    ),
    invalid(
      "a variable that an argument sets",
      { environment: { MINIO_VOLUMES: "/data" } },
      "environment",
      '"MINIO_VOLUMES"',
      "give pools",
    ),
    invalid(
      "a secret in the environment",
      { environment: { MINIO_IDENTITY_OPENID_CLIENT_SECRET: "hunter22" } },
      "environment",
      '"MINIO_IDENTITY_OPENID_CLIENT_SECRET"',
      "mc admin config set",
    ),
  ],
} satisfies Partial<InvalidSettings<keyof Settings>>;
