import { createHmac } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { SwarmResource } from "../../shared/resource.ts";
import { DENY_KEY_CHANGES, policyPrefix } from "./policy.ts";
import type { StoreConnection } from "../connection.ts";
import type { MinioMetrics } from "./metrics-args.ts";

/** The choices of `MinioServiceArgs.metrics`. */
export const MINIO_METRICS: readonly MinioMetrics[] = ["token", "public"];

/** What a member tells of itself and of the cluster, on the port of the S3 API. */
const METRICS_PATH = "/minio/metrics/v3";

/** Without it MinIO asks for a token. */
export const PUBLIC_METRICS = { MINIO_PROMETHEUS_AUTH_TYPE: "public" };

/** Access key of the user that reads metrics: one that nobody would choose for an application. */
const ACCESS_KEY = "pulumi-swarm-metrics";

const POLICY = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: ["admin:Prometheus"] }, DENY_KEY_CHANGES],
};

/** The metrics' URLs for those of the S3 API, by host key. */
export function metricsUrls(endpoints: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(endpoints).map(([key, url]) => [key, `${url}${METRICS_PATH}`] as const));
}

/**
 * A bearer token as MinIO takes it of Prometheus. It has no end of its own: it is good for as long as the user has that
 * secret key, and so the same for the same key in every run.
 *
 * Never made for root: members know each other by such tokens, signed with root's password, so one of root's would
 * open the drives themselves, whatever its issuer.
 */
export function metricsToken(accessKey: string, secretKey: string): string {
  const parts = [
    { alg: "HS512", typ: "JWT" },
    { iss: "prometheus", sub: accessKey },
  ];
  const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  return `${signed}.${createHmac("sha512", secretKey).update(signed).digest("base64url")}`;
}

/** A user that may read the store's metrics, and nothing else. */
export class MetricsUser extends SwarmResource {
  declare readonly accessKey: pulumi.Output<string>;
  /** Secret. */
  declare readonly secretKey: pulumi.Output<string>;
  /** What Prometheus is to be given. Secret. */
  readonly token: pulumi.Output<string>;

  /** Another `generation` makes another token; the former one is refused from then on. */
  constructor(
    name: string,
    { connection, generation }: { connection: StoreConnection; generation?: pulumi.Input<string> },
    opts: pulumi.CustomResourceOptions,
  ) {
    super(
      "User",
      name,
      {
        store: connection.address,
        accessKey: ACCESS_KEY,
        policyPrefix: policyPrefix(name),
        policy: JSON.stringify(POLICY),
        enabled: true,
        generation,
        secretKey: undefined,
      },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["secretKey"] }),
    );
    this.token = pulumi.secret(
      pulumi.all([this.accessKey, this.secretKey]).apply(([user, key]) => metricsToken(user, key)),
    );
  }
}
