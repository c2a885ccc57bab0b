import { lastLine } from "../../engine/last-line.ts";

/** The state of the store. */
export interface StoreReport {
  /** Whether enough drives are online to write objects. */
  writable: boolean;
  /** Cluster health by host key, as each endpoint reports it (`/minio/health/cluster`). */
  endpoints: Record<string, EndpointHealth>;
  servers: ServerReport[];
  /** Why the store's state is unknown. */
  error?: string;
  problems: string[];
}

export interface EndpointHealth {
  url: string;
  healthy: boolean;
  /** `healthy`, or the problem. */
  answer: string;
}

export interface ServerReport {
  endpoint: string;
  /** Key of the host that it runs on. @default - the host that is named at the end of its endpoint */
  host?: string;
  state: string;
  uptimeSeconds: number;
  version: string;
  drives: DriveReport[];
}

export interface DriveReport {
  path: string;
  state: string;
  usedBytes: number;
  totalBytes: number;
  pool: number;
  set: number;
}

/** The fields of `mc admin info --json` that are used here. */
export interface AdminInfo {
  status: string;
  error?: string | { message?: string; cause?: { message?: string } };
  info?: {
    backend?: { backendType?: string; standardSCParity?: number; totalDrivesPerSet?: number[] };
    servers?: {
      endpoint: string;
      state: string;
      uptime?: number;
      version?: string;
      drives?: AdminDrive[];
    }[];
  };
}

export interface AdminDrive {
  path?: string;
  endpoint?: string;
  state: string;
  usedspace?: number;
  totalspace?: number;
  pool_index?: number;
  set_index?: number;
}

/** Parses the output of `mc admin info --json`. Returns the reason as a text if it reports no state. */
export function parseAdminInfo(printed: string): AdminInfo | string {
  try {
    const answer = JSON.parse(printed) as AdminInfo;
    if (answer.status === "success" && answer.info?.servers) return answer;
    const { error } = answer;
    return (typeof error === "string" ? error : (error?.cause?.message ?? error?.message)) ?? "mc reported no state";
  } catch {
    return lastLine(printed) ?? "mc printed nothing";
  }
}

/** The only server of a store reports this address, which does not identify its host. */
const LOOPBACK = /^(https?:\/\/)?(127\.|localhost[:/]|\[::1\])/;

/** @param host key of the host through which the store was asked */
export function storeReport(
  answer: AdminInfo | string,
  endpoints: Record<string, EndpointHealth>,
  host?: string,
): StoreReport {
  const unhealthy = Object.entries(endpoints)
    .filter(([, { healthy }]) => !healthy)
    .map(([key, health]) => `endpoint ${key} (${health.url}): ${health.answer}`);
  if (typeof answer === "string") {
    const problems = [`the store's state is unknown: ${answer}`, ...unhealthy];
    return { writable: false, endpoints, servers: [], error: answer, problems };
  }
  const servers = (answer.info?.servers ?? [])
    .map(({ endpoint, state, uptime, version, drives }) => ({
      endpoint,
      ...(host !== undefined && LOOPBACK.test(endpoint) && { host }),
      state,
      uptimeSeconds: uptime ?? 0,
      version: version ?? "",
      drives: (drives ?? []).map(driveReport),
    }))
    .toSorted((a, b) => a.endpoint.localeCompare(b.endpoint));
  const writable = hasWriteQuorum(answer, servers);
  const problems = [
    ...(writable ? [] : ["the store has no write quorum: too few of its drives are online"]),
    ...servers.filter(({ state }) => state !== "online").map(({ endpoint, state }) => `server ${endpoint} is ${state}`),
    ...servers.flatMap(({ endpoint, drives }) =>
      drives.filter(({ state }) => state !== "ok").map(({ path, state }) => `drive ${path} of ${endpoint} is ${state}`),
    ),
    ...unhealthy,
  ];
  return { writable, endpoints, servers, problems };
}

function driveReport(drive: AdminDrive): DriveReport {
  return {
    path: drive.path || drive.endpoint || "",
    state: drive.state,
    usedBytes: drive.usedspace ?? 0,
    totalBytes: drive.totalspace ?? 0,
    pool: drive.pool_index ?? 0,
    set: drive.set_index ?? 0,
  };
}

/**
 * Returns whether every erasure set has write quorum: as many drives as an object has data shards, and one more if half
 * of the drives hold parity. A store with a single drive needs that drive.
 */
function hasWriteQuorum({ info }: AdminInfo, servers: readonly ServerReport[]): boolean {
  const { standardSCParity: parity = 0, totalDrivesPerSet: sizes = [] } = info?.backend ?? {};
  const onlineDrives = new Map<string, number>();
  for (const { state, drives } of servers) {
    for (const drive of drives) {
      const set = `${drive.pool}/${drive.set}`;
      const counts = state === "online" && drive.state === "ok" ? 1 : 0;
      onlineDrives.set(set, (onlineDrives.get(set) ?? 0) + counts);
    }
  }
  const needed = (pool: number) => {
    const size = sizes[pool] ?? 1;
    const data = size - parity;
    return data === parity ? data + 1 : data;
  };
  return onlineDrives.size > 0 && [...onlineDrives].every(([set, count]) => count >= needed(Number(set.split("/")[0])));
}
