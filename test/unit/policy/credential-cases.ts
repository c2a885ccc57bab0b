import {
  type Case,
  dockerContainer,
  dockerService,
  resource,
  statefulSet,
  swarmService,
  workload,
} from "./resources.ts";

export const credentialCases: Case[] = [
  ["a generated user", [resource("swarm:index:RootCredentials", {})], undefined],
  ["a chosen user", [resource("swarm:index:RootCredentials", { requestedUser: "keeper" })], undefined],
  [
    "the default user",
    [resource("swarm:index:RootCredentials", { requestedUser: "Admin" })],
    /^rootUser is a common name/,
  ],
  ["a file", [swarmService({ Env: ["MINIO_ROOT_PASSWORD_FILE=/run/secrets/root-password"] })], undefined],
  [
    "a password in the environment",
    [swarmService({ Env: ["MINIO_ROOT_PASSWORD=long-and-random"] })],
    /MINIO_ROOT_PASSWORD_FILE$/,
  ],
  [
    "the default user of a docker.Service",
    [dockerService({ env: { MINIO_ROOT_USER: "minioadmin" } })],
    /common user name that attackers try first/,
  ],
  ["a chosen user in the environment", [dockerService({ env: { MINIO_ROOT_USER: "keeper" } })], undefined],
  [
    "a default password of any container",
    [dockerContainer({ envs: ["POSTGRES_PASSWORD=changeme"] })],
    /common password that attackers try first/,
  ],
  ["another password of any container", [dockerContainer({ envs: ["POSTGRES_PASSWORD=3f8a=9c"] })], /as a file$/],
  ["a password without an underscore", [dockerContainer({ envs: ["PGPASSWORD=3f8a9c"] })], /^variable PGPASSWORD/],
  ["a variable that only turns passwords off", [dockerContainer({ envs: ["ALLOW_EMPTY_PASSWORD=yes"] })], undefined],
  ["an empty password", [dockerContainer({ envs: ["DB_PASSWORD="] })], undefined],
  [
    "a password's file",
    [swarmService({ Env: ["DB_PASSWORD_FILE=/run/secrets/db", "X_TOKEN=/run/secrets/x"] })],
    undefined,
  ],
  ["a secret's name", [swarmService({ Env: ["TLS_SECRET=web-tls"] })], undefined],
  [
    "an alias of mc",
    [swarmService({ Env: ["MC_HOST_x=http://minioadmin:minioadmin@store:9000"] })],
    /^variable MC_HOST_x: .*as a file$/,
  ],
  ["an alias of mc without credentials", [swarmService({ Env: ["MC_HOST_x=http://store:9000"] })], undefined],
  ["an AWS secret key", [swarmService({ Env: ["AWS_SECRET_ACCESS_KEY=wJalr"] })], /^variable AWS_SECRET_ACCESS_KEY/],
  ["an encryption key", [dockerService({ env: { MINIO_KMS_SECRET_KEY: "k:b64" } })], /MINIO_KMS_SECRET_KEY_FILE$/],
  ["a database URL", [dockerService({ env: { DATABASE_URL: "postgres://me:pw@db/x" } })], /^variable DATABASE_URL/],
  ["a password as an argument", [swarmService({ Args: ["--db-password=3f8a"] })], /^argument --db-password: /],
  [
    "a password in the next argument",
    [dockerContainer({ command: ["--secret-key", "3f8a"] })],
    /^argument --secret-key: /,
  ],
  ["a password's file as an argument", [swarmService({ Args: ["--password-file=/run/secrets/x"] })], undefined],
  ["a shell variable with a password", [dockerContainer({ command: ["sh", "-c", "app --password=$PW"] })], undefined],
  [
    "a variable in a shell command",
    [dockerContainer({ entrypoints: ["sh", "-c"], command: ["MINIO_ROOT_PASSWORD=3f8a minio server /data"] })],
    /^argument MINIO_ROOT_PASSWORD=…: /,
  ],
  [
    "an mc alias command",
    [swarmService({ Command: ["mc"], Args: ["alias", "set", "x", "http://store:9000", "keeper", "3f8a"] })],
    /^the password of mc alias set: /,
  ],
  [
    "a URL with credentials as an argument",
    [dockerService({ args: ["redis://:3f8a@db", "http://u:p@x"] })],
    /^a URL with/,
  ],
  [
    "a Job's variable",
    [
      workload("batch/v1:Job", {
        template: { spec: { containers: [{ env: [{ name: "A_PASSWORD", value: "x" }] }] } },
      }),
    ],
    /A_PASSWORD/,
  ],
  [
    "a pod's variable",
    [statefulSet({ env: [{ name: "MINIO_SECRET_KEY", value: "x" }] })],
    /^variable MINIO_SECRET_KEY/,
  ],
  ["a pod's variable from a secret", [statefulSet({ env: [{ name: "MINIO_SECRET_KEY", valueFrom: {} }] })], undefined],
];
