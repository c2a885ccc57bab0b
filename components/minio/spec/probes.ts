import { API_PORT } from "../layout/topology.ts";
import { imageBasename } from "./image.ts";

/** Program in the image that checks MinIO's health. */
export type HealthcheckClient = "silo" | "mc";

export const HEALTHCHECK_CLIENTS: readonly HealthcheckClient[] = ["silo", "mc"];

/** Commands to run in a member's container. They need no shell, which MinIO's images lack. */
export interface ProbeCommands {
  /** Exits with 0 once the cluster has write quorum. */
  ready: string[];
  /**
   * Exits with 0 if this member can stop: every erasure set keeps its write quorum without it, and no drive is healing.
   * Fails on a member that is still starting. mc waits until it succeeds.
   */
  maintenance: string[];
  /** Prints the locks that members hold, oldest first, as JSON lines. */
  locks: string[];
}

/** With `--dev` mc does not ask to register with MinIO, Inc., and sends it nothing. */
const LOCKS_ARGUMENTS = ["support", "top", "locks", "local", "--dev", "--count", "1000", "--json"];

/**
 * Seconds after which a member has connected every drive that it can reach. A member retries drives that it could not
 * reach at its start every 15 s (MinIO's cmd/erasure-sets.go: defaultMonitorConnectEndpointInterval). Until then it
 * writes to the other drives only, and answers NoSuchKey for objects if it sees too few of their parts. Its health does
 * not show this, because MinIO reports the state that each member reports of its own drives.
 */
export const DRIVE_RECONNECT_SECONDS = 16;

/**
 * Seconds after which MinIO has released any stale lock: members drop a lock that was not refreshed for a minute, and
 * check once a minute (cmd/lock-rest-server.go: lockValidityDuration, lockMaintenanceInterval).
 */
export const LOCK_EXPIRY_SECONDS = 130;

/** Prefix of MinIO's internal resources, such as `.minio.sys/leader.lock`. */
export const INTERNAL_LOCK_PREFIX = ".";

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

/** Returns the commands of a client. */
export function probeCommands(tools: HealthcheckClient): ProbeCommands {
  return COMMANDS[tools];
}

/** Returns the client that an image of this name contains. */
export function defaultHealthcheckClient(image: string): HealthcheckClient {
  return imageBasename(image) === "silo" ? "silo" : "mc";
}
