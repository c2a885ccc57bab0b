/** Whether a kernel has something: built in, loaded, or as a module that can be loaded. */
export type KernelSupport = "yes" | "no" | "unknown";

export interface DiskSpace {
  total: number;
  free: number;
}

/** What a machine itself says, whether its engine answers or not. What is absent could not be had. */
export interface MachineFacts {
  /** IPv4 routes in CIDR form; the default route among them. */
  routes: { destination: string; device: string }[];
  /** Mounts, the later ones on top. */
  mounts: { path: string; device: string }[];
  /** TCP ports that something listens on. */
  listening: number[];
  /** Programs that listen on Swarm's TCP ports, by port, as far as the user may see them. */
  portHolders?: Record<number, string>;
  /** `/etc/machine-id`. */
  machineId?: string;
  /** The kernel's own id since it started: machines of one id share a kernel. */
  bootId?: string;
  /** How far its clock is ahead of this machine's: at least and at most so many milliseconds. */
  clock?: { least: number; most: number };
  /** Its own addresses, with the device of each. */
  addresses?: { address: string; device: string }[];
  /** The largest packet of each device, in bytes. */
  mtus?: Record<string, number>;
  kernel?: { vxlan: KernelSupport; esp: KernelSupport; macvlan?: KernelSupport; ipvlan?: KernelSupport };
  /** Its own file systems by mount point, in bytes. */
  space?: Record<string, DiskSpace>;
  /** Whether there is a python3, with which ports are probed. */
  hasPython?: boolean;
  /** Whether commands may be run as root, directly or by `sudo` without a password. */
  hasRoot?: boolean;
}

/** `/proc/net/route`: a headline, then `device destination gateway flags … mask …`, addresses in hex, lowest byte first. */
export function parseRoutes(text: string): MachineFacts["routes"] {
  return rows(text)
    .slice(1)
    .map((fields) => ({
      destination: `${parseHexAddress(fields[1]!)}/${prefixLength(fields[7]!)}`,
      device: fields[0]!,
    }));
}

/** `/proc/self/mountinfo`: the device is the third field, the mount point the fifth, with blanks as `\040`. */
export function parseMounts(text: string): MachineFacts["mounts"] {
  return rows(text).map((fields) => ({
    path: fields[4]!.replace(/\\(\d{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8))),
    device: fields[2]!,
  }));
}

/** `/proc/net/tcp`: a headline, then `slot local-address:port remote state …`; state 0A is listening. */
export function parseListening(text: string): number[] {
  return rows(text)
    .slice(1)
    .filter((fields) => fields[3] === "0A")
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
