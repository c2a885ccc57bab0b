import { type DriveFacts, parseDrives } from "./drive.ts";

/** Whether a kernel supports something: built in, loaded, or as a loadable module. */
export type KernelSupport = "yes" | "no" | "unknown";

/** Minimum and maximum by which a clock is ahead of this machine's, in milliseconds. */
export interface ClockBounds {
  least: number;
  most: number;
}

/** Disk space in bytes. */
export interface DiskSpace {
  total: number;
  free: number;
}

/** Facts of a machine, read without its engine. Undefined fields could not be read. */
export interface MachineFacts {
  /** IPv4 routes in CIDR form, including the default route. */
  routes: { destination: string; device: string }[];
  /** Mounts; later ones cover earlier ones. */
  mounts: { path: string; device: string }[];
  /** TCP ports in use. */
  listening: number[];
  /** Programs that listen on Swarm's TCP ports, by port. Only root sees them all. */
  portHolders?: Record<number, string>;
  /** `/etc/machine-id`. */
  machineId?: string;
  /** The kernel's boot id. Hosts with the same id share a kernel. */
  bootId?: string;
  clock?: ClockBounds;
  /** Its own addresses, with their interfaces. */
  addresses?: { address: string; device: string }[];
  /** MTU in bytes, by interface. */
  mtus?: Record<string, number>;
  kernel?: { vxlan: KernelSupport; esp: KernelSupport; macvlan?: KernelSupport; ipvlan?: KernelSupport };
  /** Local file systems, by mount point. */
  space?: Record<string, DiskSpace>;
  /** Folders of drives that exist and that this user may read, by path. */
  drives?: Record<string, DriveFacts>;
  /** Features that the engine's settings turn on. */
  engineFeatures?: string[];
  /** Whether python3, which the port probing needs, is installed. */
  hasPython?: boolean;
  /** Whether commands can run as root, directly or by `sudo` without a password. */
  hasRoot?: boolean;
}

/** Files with facts of every machine, by section. One that is missing is empty: tcp6 without IPv6, for instance. */
export const FACT_FILES = {
  route: "/proc/net/route",
  mounts: "/proc/self/mountinfo",
  tcp: "/proc/net/tcp",
  tcp6: "/proc/net/tcp6",
  "engine-settings": "/etc/docker/daemon.json",
};

/** The state of a listening socket in `/proc/net/tcp`. */
export const TCP_LISTEN = "0A";

/** Parses the sections with the texts of these files, and those that `driveCommands` prints. */
export function parseFactFiles(sections: ReadonlyMap<string, string>): MachineFacts {
  const section = (name: keyof typeof FACT_FILES) => sections.get(name) ?? "";
  return {
    routes: parseRoutes(section("route")),
    mounts: parseMounts(section("mounts")),
    listening: [...new Set([...parseListening(section("tcp")), ...parseListening(section("tcp6"))])],
    drives: parseDrives(sections),
    engineFeatures: parseEngineFeatures(section("engine-settings")),
  };
}

/** Returns the features that the text of `daemon.json` turns on; undefined if it is missing or invalid. */
export function parseEngineFeatures(text: string): string[] | undefined {
  try {
    const { features = {} } = JSON.parse(text) as { features?: Record<string, boolean> };
    return Object.keys(features).filter((name) => features[name] === true);
  } catch {
    return undefined;
  }
}

/** `/proc/net/route`: a header line, then `device destination gateway flags … mask …`, addresses in hex, lowest byte first. */
export function parseRoutes(text: string): MachineFacts["routes"] {
  return rows(text)
    .slice(1)
    .map((fields) => ({
      destination: `${parseHexAddress(fields[1]!)}/${prefixLength(fields[7]!)}`,
      device: fields[0]!,
    }));
}

/** `/proc/self/mountinfo`: the device is the third field, the mount point the fifth, with spaces as `\040`. */
export function parseMounts(text: string): MachineFacts["mounts"] {
  return rows(text).map((fields) => ({
    path: fields[4]!.replace(/\\(\d{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8))),
    device: fields[2]!,
  }));
}

/** Lines of `/proc/net/tcp`: `slot local-address:port remote state …`. */
export function parseListening(text: string): number[] {
  return rows(text)
    .filter((fields) => fields[3] === TCP_LISTEN)
    .map((fields) => Number.parseInt(fields[1]!.split(":")[1]!, 16));
}

function rows(text: string): string[][] {
  return text
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields.length > 7);
}

function parseHexBytes(hex: string): number[] {
  return [6, 4, 2, 0].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
}

function parseHexAddress(hex: string): string {
  return parseHexBytes(hex).join(".");
}

function prefixLength(hex: string): number {
  return parseHexBytes(hex).reduce((bits, byte) => bits + byte.toString(2).replaceAll("0", "").length, 0);
}
