import { API_PORT } from "../layout/topology.ts";
import { imageBasename } from "../image.ts";

/** What an image has on board to ask MinIO how it is. */
export type HealthcheckClient = "silo" | "mc";

export const HEALTHCHECK_CLIENTS: readonly HealthcheckClient[] = ["silo", "mc"];

/** Commands in a member's container; images of MinIO have no shell. */
export interface ProbeCommands {
  /** Ends with 0 once the cluster has write quorum. */
  ready: string[];
  /**
   * Ends with 0 when this member may go: without it every erasure set of the cluster keeps its write quorum, and
   * nothing is being healed. A member that is just coming back does not say so. mc waits until it can.
   */
  maintenance: string[];
  /** Prints the locks that members hold, the oldest first, each as a line of JSON. */
  locks: string[];
}

/** `--dev` keeps mc from asking for a registration with MinIO's makers; nothing is sent to them. */
const LOCKS_ARGUMENTS = ["support", "top", "locks", "local", "--dev", "--count", "1000", "--json"];

/**
 * Seconds within which a member has every drive that it can reach. What it answers is what each member says of its own
 * drives; whether it has connected them itself nobody tells. One that it did not reach when it started it tries again
 * every 15 s (MinIO's cmd/erasure-sets.go: defaultMonitorConnectEndpointInterval). Until then it writes to the others
 * alone, and of an object that is on too few of those it sees it says that there is none.
 */
export const DRIVE_RECONNECT_SECONDS = 16;

const COMMANDS: Record<HealthcheckClient, ProbeCommands> = {
  silo: {
    ready: ["silo", "healthcheck", "--address", `:${API_PORT}`, "cluster"],
    maintenance: ["silo", "healthcheck", "--address", `:${API_PORT}`, "--maintenance", "cluster"],
    locks: ["mcli", ...LOCKS_ARGUMENTS],
  },
  mc: {
    ready: ["mc", "ready", "local"],
    maintenance: ["mc", "ready", "local", "--maintenance"],
    locks: ["mc", ...LOCKS_ARGUMENTS],
  },
};

export function probeCommands(tools: HealthcheckClient): ProbeCommands {
  return COMMANDS[tools];
}

/** The tools that an image of this name carries. */
export function defaultHealthcheckClient(image: string): HealthcheckClient {
  return imageBasename(image) === "silo" ? "silo" : "mc";
}
