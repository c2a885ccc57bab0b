import { createHmac } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { DENY_KEY_CHANGES, policyPrefix } from "./policy.ts";
import type { StoreConnection } from "./store-connection.ts";
import { StoreUser } from "./store-user.ts";

/** Metrics of the member and of the cluster, on the port of the S3 API. */
const METRICS_PATH = "/minio/metrics/v3";

/** Makes MinIO serve metrics without a token. */
export const PUBLIC_METRICS = { MINIO_PROMETHEUS_AUTH_TYPE: "public" };

/** Access key of the user that reads metrics, unlikely to collide with an application's. */
const ACCESS_KEY = "pulumi-swarm-metrics";

const POLICY = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: ["admin:Prometheus"] }, DENY_KEY_CHANGES],
};

/** Returns the URLs of the metrics, given those of the S3 API by host key. */
export function metricsUrls(endpoints: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(endpoints).map(([key, url]) => [key, `${url}${METRICS_PATH}`] as const));
}

/**
 * Returns a bearer token that MinIO accepts from Prometheus. It has no expiry: it is valid while the user has this secret
 * key, and the same for the same key in every run.
 *
 * Never create one for root: members authenticate to each other with tokens signed by the root password, so a token of
 * root would give access to the drives, regardless of its issuer.
 */
export function metricsToken(accessKey: string, secretKey: string): string {
  const parts = [
    { alg: "HS512", typ: "JWT" },
    { iss: "prometheus", sub: accessKey },
  ];
  const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  return `${signed}.${createHmac("sha512", secretKey).update(signed).digest("base64url")}`;
}

/** A user with access to nothing but the store's metrics. */
export class MetricsUser extends StoreUser {
  /** Bearer token for Prometheus. Secret. */
  readonly token: pulumi.Output<string>;

  /** A new `generation` creates a new token and revokes the old one. */
  constructor(
    name: string,
    { connection, generation }: { connection: StoreConnection; generation?: pulumi.Input<string> },
    opts: pulumi.CustomResourceOptions,
  ) {
    super(
      name,
      {
        store: connection.address,
        accessKey: ACCESS_KEY,
        policyPrefix: policyPrefix(name),
        policy: JSON.stringify(POLICY),
        generation,
      },
      opts,
    );
    this.token = pulumi.secret(
      pulumi.all([this.accessKey, this.secretKey]).apply(([user, key]) => metricsToken(user, key)),
    );
  }
}
