import { pending, ready, waitFor } from "../../provider/runtime/poll.ts";
import { Engine } from "../../engine/engine.ts";
import { EngineError } from "../../engine/transport.ts";
import { errorMessage } from "../../engine/error-message.ts";
import type { StackHost } from "../lib/stack-hosts.ts";
import { pause } from "../../engine/pause.ts";

/** Time for the store's containers to release their volumes, in milliseconds. */
const RELEASE_MS = 30_000;
/** Interval between checks of the containers, in milliseconds. */
const POLL_MS = 500;
/** Timeout for an engine's first answer, in milliseconds. */
const PING_MS = 10_000;

/** A data volume with its host. */
export interface DataVolume {
  host: StackHost;
  name: string;
  /** Whether it was created with this state. */
  isOurs: boolean;
}

export interface DataVolumes {
  /** By host, then by name. */
  volumes: DataVolume[];
  /** Unreachable hosts, with the reason. */
  unreachable: { key: string; why: string }[];
}

/** Criteria for the data volumes of a stack. */
export interface DataCriteria {
  /** Whether a volume with these labels was created with this state. */
  isOurs: (labels: Record<string, string> | null) => boolean;
  /** Names of the volumes that the stack's services mount, regardless of their labels. */
  mounted: readonly string[];
}

/** A container that uses a volume. */
export interface VolumeUser {
  volume: DataVolume;
  container: string;
}

/** Finds the data volumes of a stack on all of its hosts. They outlive the stack. */
export async function findDataVolumes(hosts: readonly StackHost[], criteria: DataCriteria): Promise<DataVolumes> {
  const unreachable: DataVolumes["unreachable"] = [];
  const inspections = hosts.map(async (host): Promise<DataVolume[]> => {
    const engine = new Engine(host.connection);
    try {
      await engine.ping(PING_MS);
      const volumes = (await engine.listVolumes()).map(({ Name: name, Labels }) => ({
        host,
        name,
        isOurs: criteria.isOurs(Labels),
      }));
      const found = volumes.filter(({ name, isOurs }) => isOurs || criteria.mounted.includes(name));
      return found.toSorted((a, b) => a.name.localeCompare(b.name));
    } catch (error) {
      unreachable.push({ key: host.key, why: errorMessage(error) });
      return [];
    }
  });
  return { volumes: (await Promise.all(inspections)).flat(), unreachable };
}

/**
 * Lists the containers, including stopped ones, that use any of these volumes.
 *
 * @param services ids of services; their containers do not count
 */
export async function findVolumeUsers(
  volumes: readonly DataVolume[],
  services: readonly string[] = [],
): Promise<VolumeUser[]> {
  const inspections = volumes.map(async (volume) => {
    const containers = await new Engine(volume.host.connection).listContainers({ volume: [volume.name] }, true);
    const others = containers.filter(({ Labels }) => !services.includes(Labels[SERVICE_LABEL] ?? ""));
    return others.map(({ Names, Id }) => ({ volume, container: Names[0]?.replace(/^\//, "") ?? Id.slice(0, 12) }));
  });
  return (await Promise.all(inspections)).flat();
}

const SERVICE_LABEL = "com.docker.swarm.service.id";

/** Removes all of these volumes with their data; removes none if any is in use. */
export async function removeVolumes(volumes: readonly DataVolume[], limitMs: number = RELEASE_MS): Promise<void> {
  await waitFor(
    async () => {
      const users = await findVolumeUsers(volumes);
      return users.length === 0 ? ready(undefined) : pending(volumesInUseError(users));
    },
    { subject: "volumes", timeoutSeconds: limitMs / 1000, intervalMs: POLL_MS, report: () => {} },
    (reason) => new Error(reason),
  );
  for (const { host, name } of volumes) await removeVolume(new Engine(host.connection), name);
}

/** Returns why no volume is removed. */
export function volumesInUseError(users: readonly VolumeUser[]): string {
  const uses = users.map(({ volume, container }) => `${formatVolume(volume)} by container ${container}`);
  return `--delete-data: volumes are in use: ${[...new Set(uses)].join(", ")}: remove these containers first; no volume was removed`;
}

/** Returns a volume's name, with its host if there are several. */
export function formatVolume({ host, name }: DataVolume): string {
  return host.key === "local" ? name : `${name} on ${host.key}`;
}

/** Waits for containers to release their volumes, which takes a moment after a container has ended. */
async function removeVolume(engine: Engine, name: string): Promise<void> {
  for (const end = Date.now() + RELEASE_MS; ; await pause(POLL_MS)) {
    try {
      return await engine.removeVolume(name);
    } catch (error) {
      if (!(error instanceof EngineError && error.status === 409) || Date.now() > end) throw error;
    }
  }
}
