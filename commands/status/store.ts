import { lastLine } from "../../engine/last-line.ts";

/** How the store itself is. */
export interface StoreReport {
  /** Whether enough drives answer for objects to be written. */
  writable: boolean;
  /** Cluster health as each endpoint tells it (`/minio/health/cluster`), by host key. */
  endpoints: Record<string, EndpointHealth>;
  servers: ServerReport[];
  /** Why the store could not be asked. */
  error?: string;
  problems: string[];
}

export interface EndpointHealth {
  url: string;
  healthy: boolean;
  /** What it answered, or why it did not. */
  answer: string;
}

export interface ServerReport {
  endpoint: string;
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

/** What `mc admin info --json` prints, as far as it is used here. */
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

/** Reads what `mc admin info --json` printed, or says why there is nothing to read. */
export function parseAdminInfo(printed: string): AdminInfo | string {
  try {
    const answer = JSON.parse(printed) as AdminInfo;
    if (answer.status === "success" && answer.info?.servers) return answer;
    const { error } = answer;
    return (
      (typeof error === "string" ? error : (error?.cause?.message ?? error?.message)) ?? "it answered without a state"
    );
  } catch {
    return lastLine(printed) ?? "it answered nothing";
  }
}

export function storeReport(answer: AdminInfo | string, endpoints: Record<string, EndpointHealth>): StoreReport {
  const unhealthy = Object.entries(endpoints)
    .filter(([, { healthy }]) => !healthy)
    .map(([host, { url, answer: said }]) => `endpoint ${host} (${url}): ${said}`);
  if (typeof answer === "string") {
    const problems = [`the store does not tell its state: ${answer}`, ...unhealthy];
    return { writable: false, endpoints, servers: [], error: answer, problems };
  }
  const servers = (answer.info?.servers ?? [])
    .map(({ endpoint, state, uptime, version, drives }) => ({
      endpoint,
      state,
      uptimeSeconds: uptime ?? 0,
      version: version ?? "",
      drives: (drives ?? []).map(driveReport),
    }))
    .toSorted((a, b) => a.endpoint.localeCompare(b.endpoint));
  const writable = hasWriteQuorum(answer, servers);
  const problems = [
    ...(writable ? [] : ["the store has no write quorum: too few of its drives answer"]),
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
 * Every erasure set needs as many drives as an object has data shards, and one more when half of them are parity. A
 * store of one plain drive needs that drive.
 */
function hasWriteQuorum({ info }: AdminInfo, servers: readonly ServerReport[]): boolean {
  const { standardSCParity: parity = 0, totalDrivesPerSet: sizes = [] } = info?.backend ?? {};
  const answering = new Map<string, number>();
  for (const { state, drives } of servers) {
    for (const drive of drives) {
      const set = `${drive.pool}/${drive.set}`;
      const counts = state === "online" && drive.state === "ok" ? 1 : 0;
      answering.set(set, (answering.get(set) ?? 0) + counts);
    }
  }
  const needed = (pool: number) => {
    const size = sizes[pool] ?? 1;
    const data = size - parity;
    return data === parity ? data + 1 : data;
  };
  return answering.size > 0 && [...answering].every(([set, count]) => count >= needed(Number(set.split("/")[0])));
}
