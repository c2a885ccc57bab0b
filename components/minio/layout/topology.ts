import { posix } from "node:path";
import type { Host } from "../../hosts/host.ts";
import type { Drive } from "../../../core/drive.ts";

/** Port of the S3 API inside the containers. */
export const API_PORT = 9000;
/** Port of the console inside the containers. */
export const CONSOLE_PORT = 9001;

/** How members and clients speak to the store. */
export type Scheme = "http" | "https";

/** What the topology needs of a host. */
export type MemberHost = Pick<Host, "key" | "hostname" | "drives">;

/** Where a drive's data is on its host: a Docker volume, or a folder of a mounted disk. */
export type DriveSource = { volume: string } | { folder: string; disk: { path: string; subfolder: string } };

/** How the drives of a pool are spread over erasure sets. */
export interface ErasureLayout {
  /** Drives per erasure set; 1 is a store without erasure coding. */
  setSize: number;
  /** How many erasure sets there are. */
  sets: number;
}

/** The endpoints of a store, in the order that gives each drive its place in the erasure sets. */
export interface PoolLayout extends ErasureLayout {
  /** MinIO's arguments that name the drives. */
  endpoints: string[];
}

const SET_SIZES = [16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2];

/** Name of a member on the network, and of its container. */
export function memberName(serviceName: string, hostname: string): string {
  return `${serviceName}-${hostname}`;
}

/** Path of a drive in a member's container. */
export function drivePath(driveKey: string): string {
  return `/drives/${driveKey}`;
}

/** By key, so that no order in which the user wrote something down matters. */
export function sortByKey<T extends { key: string }>(items: readonly T[]): T[] {
  return items.toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

export function driveKeys(host: MemberHost): string[] {
  return Object.keys(host.drives).toSorted();
}

/** The drives that a pool takes of a host: the first ones by key. */
export function selectDrives(host: MemberHost, drivesPerHost?: number): string[] {
  return driveKeys(host).slice(0, drivesPerHost);
}

/** Where a drive's data is on its host. */
export function driveSource(serviceName: string, driveKey: string, { path, subfolder }: Drive): DriveSource {
  if (path === undefined) return { volume: `${serviceName}-${driveKey}` };
  const disk = { path, subfolder: subfolder ?? "minio" };
  return { folder: posix.join(disk.path, disk.subfolder), disk };
}

/** Returns the names of the Docker volumes among these drives, by host key. */
export function volumeNames(
  serviceName: string,
  hosts: readonly MemberHost[],
  drives: readonly string[],
): Record<string, string[]> {
  const entries = hosts.map(({ key: host, drives: all }) => {
    const sources = drives.map((key) => driveSource(serviceName, key, all[key] ?? {}));
    return [host, sources.flatMap((source) => ("volume" in source ? [source.volume] : []))] as const;
  });
  return Object.fromEntries(entries);
}

/** The mounted disks among these drives of a host. */
export function driveDisks(host: MemberHost, drives: readonly string[]): { path: string; subfolder: string }[] {
  return drives.flatMap((key) => {
    const source = driveSource("", key, host.drives[key] ?? {});
    return "disk" in source ? [source.disk] : [];
  });
}

/** What of its hosts a pool is made of. */
export interface PoolLayoutOptions {
  /**
   * How many drives of each host, the first ones by key.
   * @default - all
   */
  drivesPerHost?: number;
  /**
   * Whether the store has other pools: then a host alone in its pool has peers as well, and goes by its name.
   * @default false
   */
  hasPeers?: boolean;
  /** @default "http" */
  scheme?: Scheme;
}

/**
 * The layout of a pool whose hosts all have the same drives. Drive by drive, and for each drive host by host: an
 * erasure set takes neighbours of this list, and so spreads over as many hosts as it can. It is the order in which
 * MinIO itself puts the endpoints of a configuration file, so a drive has the same place in both forms.
 */
export function poolLayout(
  serviceName: string,
  pool: readonly MemberHost[],
  { drivesPerHost, hasPeers = false, scheme = "http" }: PoolLayoutOptions = {},
): PoolLayout {
  const hosts = sortByKey(pool);
  const [first] = hosts;
  if (!first) throw new Error("a pool has at least one host");
  const paths = selectDrives(first, drivesPerHost).map(drivePath);
  const total = hosts.length * paths.length;
  const setSize = erasureSetSize(hosts.length, paths.length) ?? total;
  const isLocal = hosts.length === 1 && !hasPeers;
  const endpoints = isLocal ? paths : paths.flatMap((path) => endpointsOfPath(scheme, serviceName, hosts, path));
  return { endpoints, setSize, sets: total / setSize };
}

function endpointsOfPath(scheme: Scheme, serviceName: string, hosts: MemberHost[], path: string): string[] {
  return hosts.map(({ hostname }) => `${scheme}://${memberName(serviceName, hostname)}:${API_PORT}${path}`);
}

/**
 * Drives per erasure set, the most that MinIO can form with every host giving each set as many as the others do. A
 * single drive stands alone. Undefined when there is no such size.
 */
export function erasureSetSize(hosts: number, drivesPerHost: number): number | undefined {
  const total = hosts * drivesPerHost;
  if (total === 1) return 1;
  return SET_SIZES.find((size) => total % size === 0 && (size % hosts === 0 || hosts % size === 0));
}

/** Drives of a set that may fail without loss, as MinIO chooses by the set's size. */
export function defaultParity(setSize: number): number {
  if (setSize >= 8) return 4;
  return Math.floor(setSize / 2);
}

/** Why MinIO cannot form erasure sets of so many hosts and drives, in words; undefined when it can. */
export function erasureSetError(hosts: number, drivesPerHost: number, host = "host"): string | undefined {
  if (erasureSetSize(hosts, drivesPerHost) !== undefined) return undefined;
  return (
    `MinIO cannot form equal erasure sets of 2 to 16 drives of ${pluralize(hosts, host)} with ` +
    `${pluralize(drivesPerHost, "drive")} each: ${describeWorkableSizes(hosts, drivesPerHost, host)}`
  );
}

const pluralize = (number: number, what: string) => `${number} ${what}${number === 1 ? "" : "s"}`;

/** The nearest sizes that work, in words. */
export function describeWorkableSizes(hosts: number, drivesPerHost: number, host = "host"): string {
  const drives = nearest(drivesPerHost, (count) => erasureSetSize(hosts, count) !== undefined);
  if (drives.length > 0) return `${drives.join(" or ")} drives per ${host} work`;
  return `${nearest(hosts, (count) => erasureSetSize(count, drivesPerHost) !== undefined).join(" or ")} ${host}s work`;
}

/** The closest number below that works, and the closest above. */
function nearest(wanted: number, works: (count: number) => boolean): number[] {
  const below = Array.from({ length: wanted - 1 }, (_, step) => wanted - 1 - step).find(works);
  const above = Array.from({ length: 16 }, (_, step) => wanted + 1 + step).find(works);
  return [below, above].filter((count) => count !== undefined);
}
