/** The source of Docker Engine's packages: the distribution, or Docker's own repository. */
export type EngineSource = "distribution" | "docker";

export const ENGINE_SOURCES: readonly EngineSource[] = ["distribution", "docker"];
