/** Who may read a store's metrics: who has the token of the output `metricsToken`, or everybody who reaches the store. */
export type MinioMetrics = "token" | "public";
