import { API_PORT } from "./topology.ts";
import { imageBasename } from "./image.ts";

/** What an image has on board to ask MinIO how it is. */
export type ProbeTools = "silo" | "mc";

export const PROBE_TOOLS: readonly ProbeTools[] = ["silo", "mc"];

/** Commands in a member's container; images of MinIO have no shell. */
export interface Probes {
  /**
   * Ends with 0 while this member's server answers, with or without its peers. Swarm makes a member's name known only
   * then, and the others need the name to form the cluster: a check that waits for the cluster would wait for ever.
   */
  live: string[];
  /** Ends with 0 once the cluster has write quorum. */
  ready: string[];
}

const PROBES: Record<ProbeTools, Probes> = {
  silo: {
    live: ["silo", "healthcheck", "--address", `:${API_PORT}`, "live"],
    ready: ["silo", "healthcheck", "--address", `:${API_PORT}`, "cluster"],
  },
  mc: {
    // `mc ping` takes a server that still waits for its peers for dead. This small page of metrics it serves by then.
    live: ["mc", "admin", "prometheus", "metrics", "local", "scanner", "--api-version", "v3"],
    ready: ["mc", "ready", "local"],
  },
};

export function probesOf(tools: ProbeTools): Probes {
  return PROBES[tools];
}

/** The tools that an image of this name carries. */
export function toolsOfImage(image: string): ProbeTools {
  return imageBasename(image) === "silo" ? "silo" : "mc";
}
