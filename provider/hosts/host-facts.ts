import { posix } from "node:path";
import { PART, partsOf, quoted, WITH_ROOT_PROGRAMS } from "../../engine/shell-quoting.ts";
import type { Drive } from "../../core/drive.ts";

/** How a drive's disk stands on its host. */
export type DiskState = "missing" | "unmounted" | "root" | "mounted";

/** What a machine says of itself, as the user that ssh logs in. */
export interface HostFacts {
  /** What the machine calls itself. */
  hostname: string;
  /** Its file os-release. */
  osRelease: string;
  user: string;
  isRoot: boolean;
  hasAppArmor: boolean;
  /** Whether the docker command is there: engines are reached through it. */
  hasDocker: boolean;
  /** Whether the engine itself is there. */
  hasEngine: boolean;
  /** The engine, when it answers this user. */
  engine?: { id: string; version: string };
  /** What docker says of an engine that does not. */
  engineProblem: string;
  /** Whether cloud-init is still making the machine what it is to be. */
  isCloudInitRunning: boolean;
  /** The disks of the drives that have a path, by drive key. */
  disks: Record<string, { disk: DiskState; folder: "there" | "missing" | "hidden" }>;
}

/** The folder of a drive that is on a disk of its own. */
export function driveFolder({ path, subfolder = "minio" }: Drive): string | undefined {
  return path === undefined ? undefined : posix.join(path, subfolder);
}

/** Holds, in a shell, while cloud-init makes the machine what it is to be. It writes its result once, at the very end. */
export const CLOUD_INIT_RUNNING = "[ -e /run/cloud-init/status.json ] && [ ! -e /run/cloud-init/result.json ]";

/** What prints the survey, in parts that each begin with `== name`. It changes nothing. */
export function factsScript(drives: Readonly<Record<string, Drive>>): string {
  const looks = Object.entries(drives).flatMap(([key, drive]) => {
    const folder = driveFolder(drive);
    return folder === undefined ? [] : `drive ${key} ${quoted(drive.path ?? "")} ${quoted(folder)}`;
  });
  return `
${PART}
part hostname; uname -n
part os; cat /etc/os-release 2>/dev/null || cat /usr/lib/os-release 2>/dev/null
part user; id -un
part uid; id -u
part apparmor; [ -d /sys/kernel/security/apparmor ] && echo yes
part docker; command -v docker
part info; timeout 20 docker info --format 'engine {{.ID}} {{.ServerVersion}}' 2>&1
part cloud-init; ${CLOUD_INIT_RUNNING} && echo starting
${WITH_ROOT_PROGRAMS}
part dockerd; command -v dockerd
drive() {
  part "drive $1"
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
${looks.join("\n")}
exit 0
`;
}

/** Reads what `surveyScript` printed. */
export function parseHostFacts(printed: string): HostFacts {
  const parts = partsOf(printed);
  const part = (name: string) => parts.get(name) ?? "";
  const [, id, version] = /^engine ([A-Za-z0-9:-]{20,}) (\S+)$/m.exec(part("info")) ?? [];
  return {
    hostname: part("hostname"),
    osRelease: part("os"),
    user: part("user"),
    isRoot: part("uid") === "0",
    hasAppArmor: part("apparmor") === "yes",
    hasDocker: part("docker") !== "",
    hasEngine: part("dockerd") !== "",
    engine: id === undefined || version === undefined ? undefined : { id, version },
    engineProblem: part("info"),
    // Not by its status: that is an error from the first thing on that goes wrong, and the work goes on.
    isCloudInitRunning: part("cloud-init") === "starting",
    disks: Object.fromEntries(
      [...parts].flatMap(([name, text]) => {
        const [, key] = /^drive (.*)$/.exec(name) ?? [];
        const [disk, folder] = text.split("\n");
        return key === undefined ? [] : [[key, { disk, folder } as HostFacts["disks"][string]]];
      }),
    ),
  };
}
