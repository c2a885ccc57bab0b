/** Where Docker Engine is taken from: the distribution's own packages, or Docker's repository. */
export type EngineSource = "distribution" | "docker";
