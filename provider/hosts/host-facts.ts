import { posix } from "node:path";
import { SECTION_FUNCTION, parseSections, shellQuote, PATH_WITH_SBIN } from "../../engine/shell-quoting.ts";
import type { Drive } from "../../core/drive.ts";
import { type RemappedRoot, remappedRoot } from "../../core/security-options.ts";

/** Whether a drive's path is a separate, `mounted` disk. */
export type DiskState = "missing" | "unmounted" | "root" | "mounted";

/** Facts of a machine, as the user of the ssh connection can read them. */
export interface HostFacts {
  /** The machine's own hostname. */
  hostname: string;
  /** Content of its os-release file. */
  osRelease: string;
  user: string;
  /** The machine's own address that ssh reached, even behind NAT or a jump host. */
  address?: string;
  isRoot: boolean;
  hasAppArmor: boolean;
  /** Whether the docker command is installed: engines are reached through it. */
  hasDocker: boolean;
  /** Whether dockerd is installed. */
  hasEngine: boolean;
  /** The engine, if it answers this user. */
  engine?: { id: string; version: string };
  /** Undefined if the engine maps no users. */
  remappedRoot?: RemappedRoot;
  /** Output of `docker info`, which explains why the engine does not answer. */
  engineProblem: string;
  /** Whether cloud-init is still configuring the machine. */
  isCloudInitRunning: boolean;
  /** State of the drives with a path, by drive key. A folder is `hidden` if this user has no access to its parent. */
  disks: Record<string, { disk: DiskState; folder: "there" | "missing" | "hidden" }>;
}

/** Returns the folder of a drive with a path; undefined for a Docker volume. */
export function driveFolder({ path, subfolder = "minio" }: Drive): string | undefined {
  return path === undefined ? undefined : posix.join(path, subfolder);
}

/** Shell condition: cloud-init is running. It writes result.json once, when it has finished. */
export const CLOUD_INIT_RUNNING = "[ -e /run/cloud-init/status.json ] && [ ! -e /run/cloud-init/result.json ]";

/** Format of `docker info`, for one line. */
const INFO = "engine {{.ID}} {{.ServerVersion}} {{json .DockerRootDir}} {{json .SecurityOptions}}";

/** Returns a read-only script that prints the facts in sections, which begin with `== name`. */
export function factsScript(drives: Readonly<Record<string, Drive>>): string {
  const driveChecks = Object.entries(drives).flatMap(([key, drive]) => {
    const folder = driveFolder(drive);
    return folder === undefined ? [] : `drive ${key} ${shellQuote(drive.path ?? "")} ${shellQuote(folder)}`;
  });
  return `
${SECTION_FUNCTION}
section hostname; uname -n
section os; cat /etc/os-release 2>/dev/null || cat /usr/lib/os-release 2>/dev/null
section user; id -un
section uid; id -u
section connection; echo "$SSH_CONNECTION"
section apparmor; [ -d /sys/kernel/security/apparmor ] && echo yes
section docker; command -v docker
section info; timeout 20 docker info --format '${INFO}' 2>&1
section cloud-init; ${CLOUD_INIT_RUNNING} && echo starting
${PATH_WITH_SBIN}
section dockerd; command -v dockerd
drive() {
  section "drive $1"
  if [ ! -d "$2" ]; then echo missing
  elif ! mountpoint -q "$2"; then echo unmounted
  elif [ "$(stat -c %d "$2")" = "$(stat -c %d /)" ]; then echo root
  else echo mounted
  fi
  if [ -d "$3" ]; then echo there
  elif [ -d "$2" ] && [ ! -x "$2" ]; then echo hidden
  else echo missing
  fi
}
${driveChecks.join("\n")}
exit 0
`;
}

/** Parses the output of `factsScript`. */
export function parseHostFacts(printed: string): HostFacts {
  const sections = parseSections(printed);
  const section = (name: string) => sections.get(name) ?? "";
  const [, id, version, root = '""', options = "null"] =
    /^engine ([A-Za-z0-9:-]{20,}) (\S+)(?: (".*") (\[.*\]|null))?$/m.exec(section("info")) ?? [];
  return {
    hostname: section("hostname"),
    osRelease: section("os"),
    user: section("user"),
    // `client-address client-port server-address server-port`
    address: section("connection").split(" ")[2],
    isRoot: section("uid") === "0",
    hasAppArmor: section("apparmor") === "yes",
    hasDocker: section("docker") !== "",
    hasEngine: section("dockerd") !== "",
    engine: id === undefined || version === undefined ? undefined : { id, version },
    remappedRoot: remappedRoot({
      DockerRootDir: JSON.parse(root) as string,
      SecurityOptions: JSON.parse(options) as string[] | null,
    }),
    engineProblem: section("info"),
    // `cloud-init status` would report the first error although cloud-init continues.
    isCloudInitRunning: section("cloud-init") === "starting",
    disks: Object.fromEntries(
      [...sections].flatMap(([name, text]) => {
        const [, key] = /^drive (.*)$/.exec(name) ?? [];
        const [disk, folder] = text.split("\n");
        return key === undefined ? [] : [[key, { disk, folder } as HostFacts["disks"][string]]];
      }),
    ),
  };
}
