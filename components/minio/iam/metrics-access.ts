/** Access to a store's metrics: only with the token of the output `metricsToken`, or public. */
export type MinioMetrics = "token" | "public";

/** The values of `MinioServiceArgs.metrics`. */
export const MINIO_METRICS: readonly MinioMetrics[] = ["token", "public"];
