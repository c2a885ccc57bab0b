import { posix } from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import { mapInput } from "../../shared/inputs.ts";
import type { Host } from "../../hosts/host.ts";
import type { Drive } from "../../../core/drive.ts";

/** Port of the S3 API inside the containers. */
export const API_PORT = 9000;
/** Port of the console inside the containers. */
export const CONSOLE_PORT = 9001;

/** Protocol of the S3 API, between members and for clients. */
export type Scheme = "http" | "https";

/** The fields of a host that decide its place in the store. */
export interface MemberHost extends Pick<Host, "key" | "drives"> {
  hostname: pulumi.Input<string>;
}

/** Location of a drive's data on its host: a Docker volume, or a folder on a mounted disk. */
export type DriveSource = { volume: string } | { folder: string; disk: { path: string; subfolder: string } };

/** Distribution of a pool's drives over erasure sets. */
export interface ErasureLayout {
  /** Drives per erasure set; 1 means no erasure coding. */
  setSize: number;
  /** Number of erasure sets. */
  sets: number;
}

/** Endpoints of a pool, in the order that assigns drives to erasure sets. */
export interface PoolLayout extends ErasureLayout {
  /** MinIO's command line arguments for the drives. */
  endpoints: pulumi.Input<string>[];
}

/** MinIO's setting for the drives of an erasure set that may fail without data loss, such as `EC:4`. */
export const PARITY_SETTING = "MINIO_STORAGE_CLASS_STANDARD";

/** The same for objects that clients write with the storage class REDUCED_REDUNDANCY. */
export const REDUCED_PARITY_SETTING = "MINIO_STORAGE_CLASS_RRS";

/** MinIO's erasure set sizes, largest first. */
const SET_SIZES = [16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2];

/** Returns a host as a member. Its hostname is plain if it is an argument, otherwise the engine's own. */
export function toMemberHost({ key, drives, declaredHostname, hostname }: Host): MemberHost {
  return { key, drives, hostname: declaredHostname ?? hostname };
}

/** Returns a member's name on the network, which is also its container's hostname. Plain if the hostname is. */
export function memberName(serviceName: string, hostname: string): string;
export function memberName(serviceName: string, hostname: pulumi.Input<string>): pulumi.Input<string>;
export function memberName(serviceName: string, hostname: pulumi.Input<string>): pulumi.Input<string> {
  return mapInput(hostname, (known) => `${serviceName}-${known}`);
}

/** Returns the names of the members on these hosts. */
export function memberNames(serviceName: string, hosts: readonly Host[]): pulumi.Input<string>[] {
  return hosts.map((host) => memberName(serviceName, toMemberHost(host).hostname));
}

/** Returns a drive's path in a member's container. */
export function drivePath(driveKey: string): string {
  return `/drives/${driveKey}`;
}

/** Sorts by key, so that the order in the user's program does not matter. */
export function sortByKey<T extends { key: string }>(items: readonly T[]): T[] {
  return items.toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

/** Returns the keys of a host's drives, sorted. */
export function driveKeys(host: MemberHost): string[] {
  return Object.keys(host.drives).toSorted();
}

/** Returns the keys of the drives that a pool uses on a host: the first ones by key. */
export function selectDrives(host: MemberHost, drivesPerHost?: number): string[] {
  return driveKeys(host).slice(0, drivesPerHost);
}

/** Returns the location of a drive's data on its host. */
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

/** Returns the drives of a host that are folders on mounted disks. */
export function driveDisks(host: MemberHost, drives: readonly string[]): { path: string; subfolder: string }[] {
  return drives.flatMap((key) => {
    const source = driveSource("", key, host.drives[key] ?? {});
    return "disk" in source ? [source.disk] : [];
  });
}

/** Options of `poolLayout`. */
export interface PoolLayoutOptions {
  /**
   * Number of drives to use on each host, the first ones by key.
   * @default - all
   */
  drivesPerHost?: number;
  /**
   * Whether the store has other pools. A single host then also needs endpoints with its name, since it has peers.
   * @default false
   */
  hasPeers?: boolean;
  /** @default "http" */
  scheme?: Scheme;
}

/**
 * Returns the layout of a pool in which all hosts have the same drives. Endpoints are listed drive by drive, and for
 * each drive host by host: MinIO forms erasure sets of neighbours in this list, so that a set spans as many hosts as
 * possible. MinIO orders the endpoints of a configuration file the same way, so drives keep their places in both forms.
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

function endpointsOfPath(scheme: Scheme, serviceName: string, hosts: MemberHost[], path: string) {
  return hosts.map(({ hostname }) => memberUrl(scheme, memberName(serviceName, hostname), path));
}

/** Returns the URL of a member's S3 API. Plain if its name is. */
export function memberUrl(scheme: Scheme, name: pulumi.Input<string>, path = ""): pulumi.Input<string> {
  return mapInput(name, (known) => `${scheme}://${known}:${API_PORT}${path}`);
}

/**
 * Returns the drives per erasure set: the largest size with which each host contributes equally to every set. 1 for a
 * single drive; undefined if no size works.
 */
export function erasureSetSize(hosts: number, drivesPerHost: number): number | undefined {
  const total = hosts * drivesPerHost;
  if (total === 1) return 1;
  return SET_SIZES.find((size) => total % size === 0 && (size % hosts === 0 || hosts % size === 0));
}

/** Returns MinIO's default parity for an erasure set: the drives that may fail without data loss. */
export function defaultParity(setSize: number): number {
  if (setSize >= 8) return 4;
  return Math.floor(setSize / 2);
}

/** Describes why MinIO cannot form erasure sets of this many hosts and drives; undefined if it can. */
export function erasureSetError(hosts: number, drivesPerHost: number, host = "host"): string | undefined {
  if (erasureSetSize(hosts, drivesPerHost) !== undefined) return undefined;
  return (
    `MinIO cannot form equal erasure sets of 2 to 16 drives from ${pluralize(hosts, host)} with ` +
    `${pluralize(drivesPerHost, "drive")} each: ${describeWorkableSizes(hosts, drivesPerHost, host)}`
  );
}

export const pluralize = (number: number, what: string): string => `${number} ${what}${number === 1 ? "" : "s"}`;

/** Describes the nearest sizes that work. */
export function describeWorkableSizes(hosts: number, drivesPerHost: number, host = "host"): string {
  const drives = nearest(drivesPerHost, (count) => erasureSetSize(hosts, count) !== undefined);
  if (drives.length > 0) return `${drives.join(" or ")} drives per ${host} work`;
  return `${nearest(hosts, (count) => erasureSetSize(count, drivesPerHost) !== undefined).join(" or ")} ${host}s work`;
}

/** Returns the closest smaller number that works, and the closest larger one. */
function nearest(wanted: number, works: (count: number) => boolean): number[] {
  const below = Array.from({ length: wanted - 1 }, (_, step) => wanted - 1 - step).find(works);
  const above = Array.from({ length: 16 }, (_, step) => wanted + 1 + step).find(works);
  return [below, above].filter((count) => count !== undefined);
}
