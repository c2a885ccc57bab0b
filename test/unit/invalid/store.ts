import type { Settings } from "../../../stacks/settings.ts";
import { invalid, type InvalidSettings } from "./expected-refusal.ts";

/** Wrong settings of the store. */
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
    invalid(
      "an image's name that is none",
      { image: "MinIO, please" },
      "image",
      '"MinIO, please"',
      "give name:tag@sha256:",
    ),
  ],
  mode: [invalid("a mode that is not there", { mode: "mirrored" }, "mode", '"mirrored"', '"global"')],
  adoptStore: [
    invalid(
      "a setting of another kind",
      { adoptStore: "perhaps" },
      "pulumi-swarm:adoptStore",
      '"perhaps"',
      "pulumi config set",
    ),
  ],
  expose: [
    invalid(
      "a setting of another kind",
      { expose: "perhaps" },
      "pulumi-swarm:expose",
      '"perhaps"',
      "pulumi config set",
    ),
  ],
  port: [
    invalid("a word for a number", { port: "nine" }, "pulumi-swarm:port", '"nine"', "pulumi config set"),
    invalid("a port that is none", { port: 99999 }, "port", "99999", "1 to 65535"),
    invalid("a port of what is not published", { expose: false, port: 9100 }, "port", "9100", "leave it out"),
  ],
  consolePort: [
    invalid("one port for two things", { port: 9100, consolePort: 9100 }, "consolePort", "9100", "give each its own"),
  ],
  minReadySeconds: [
    invalid(
      "a hold that ends before it begins",
      { minReadySeconds: -1 },
      "minReadySeconds",
      "-1",
      "at least 0 seconds",
    ),
  ],
  allowFrom: [
    invalid("nobody who is let in", { allowFrom: [] }, "allowFrom", "[]", "name who may"),
    invalid("a word for an address", { allowFrom: ["office"] }, "allowFrom[0]", '"office"', "such as 10.1.0.0/16"),
  ],
  rootUser: [
    invalid("a root user's name that is too short", { rootUser: "me" }, "rootUser", '"me"', "3 to 64 letters"),
    invalid(
      "the root user that everybody tries first",
      { rootUser: "minioadmin" },
      "rootUser",
      '"minioadmin"',
      "choose another",
    ),
  ],
  rootPassword: [
    invalid(
      "a password in clear",
      { rootPassword: "hunter22" },
      "pulumi-swarm:rootPassword",
      "is not a secret",
      "pulumi config set --secret",
    ),
  ],
  rootPasswordGeneration: [
    invalid(
      "a generation that is neither text nor number",
      { rootPasswordGeneration: [1] },
      "pulumi-swarm:rootPasswordGeneration",
      "Array",
      "pulumi config set",
    ),
  ],
  tls: [invalid("a setting of another kind", { tls: "perhaps" }, "pulumi-swarm:tls", '"perhaps"', "pulumi config set")],
  metrics: [
    invalid(
      "metrics for readers that are not there",
      { metrics: "everybody" },
      "pulumi-swarm:metrics",
      '"everybody"',
      '"public"',
    ),
  ],
  buckets: [
    invalid(
      "a bucket's name in capitals",
      { buckets: { Photos: {} } },
      "bucketName",
      '"Photos"',
      "3 to 63 lowercase letters",
    ),
    invalid(
      "locked objects without versions",
      { buckets: { photos: { objectLock: true, versioning: false } } },
      "versioning",
      "false",
      "leave versioning out",
    ),
  ],
  users: [
    invalid("a user of no bucket", { users: { alice: {} } }, "access", "{}", "name one"),
    invalid(
      "a right that is not there",
      { users: { alice: { photos: "own" } } },
      "users.alice.photos",
      '"own"',
      '"readwrite"',
    ),
  ],
  environment: [
    invalid(
      "a variable that is not MinIO's",
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
      "a variable that an argument stands for",
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
