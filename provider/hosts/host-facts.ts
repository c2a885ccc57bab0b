import { posix } from "node:path";
import { SECTION_FUNCTION, parseSections, shellQuote, PATH_WITH_SBIN } from "../../engine/shell-quoting.ts";
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
    return folder === undefined ? [] : `drive ${key} ${shellQuote(drive.path ?? "")} ${shellQuote(folder)}`;
  });
  return `
${SECTION_FUNCTION}
section hostname; uname -n
section os; cat /etc/os-release 2>/dev/null || cat /usr/lib/os-release 2>/dev/null
section user; id -un
section uid; id -u
section apparmor; [ -d /sys/kernel/security/apparmor ] && echo yes
section docker; command -v docker
section info; timeout 20 docker info --format 'engine {{.ID}} {{.ServerVersion}}' 2>&1
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
${looks.join("\n")}
exit 0
`;
}

/** Reads what `surveyScript` printed. */
export function parseHostFacts(printed: string): HostFacts {
  const sections = parseSections(printed);
  const section = (name: string) => sections.get(name) ?? "";
  const [, id, version] = /^engine ([A-Za-z0-9:-]{20,}) (\S+)$/m.exec(section("info")) ?? [];
  return {
    hostname: section("hostname"),
    osRelease: section("os"),
    user: section("user"),
    isRoot: section("uid") === "0",
    hasAppArmor: section("apparmor") === "yes",
    hasDocker: section("docker") !== "",
    hasEngine: section("dockerd") !== "",
    engine: id === undefined || version === undefined ? undefined : { id, version },
    engineProblem: section("info"),
    // Not by its status: that is an error from the first thing on that goes wrong, and the work goes on.
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
