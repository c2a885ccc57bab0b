import { explainSshFailure, type SshTarget } from "../../engine/ssh-errors.ts";
import { errorMessage } from "../../engine/error-message.ts";
import { shellQuote, quoteIfNeeded, PATH_WITH_SBIN } from "../../engine/shell-quoting.ts";
import { APT_GET, enginePackage, type EnginePackage } from "./engine-package.ts";
import { type EngineSource } from "../../core/engine-source.ts";
import type { Drive } from "../../core/drive.ts";
import type { RemappedRoot } from "../../core/security-options.ts";
import { CLOUD_INIT_RUNNING, driveFolder, type HostFacts } from "./host-facts.ts";

/** The desired state of a host. */
export interface DesiredHost {
  /** @default - any */
  hostname?: string;
  /** Where to install Docker Engine from if it is missing. @default - it is not installed */
  install?: EngineSource;
  drives: Readonly<Record<string, Drive>>;
}

/** Changes to make on a machine. */
export interface HostActions {
  /** Package of Docker Engine to install. */
  install?: EnginePackage;
  /** Whether to start the engine. */
  start: boolean;
  /** Folders to create on mounted disks. */
  folders: string[];
}

/** The differences between a machine and its desired state. */
export interface HostPlan {
  /** Problems that only the user can fix, one line each. */
  problems: string[];
  /** A problem that may resolve itself, for example on a machine that is still starting. */
  pendingReason?: string;
  actions: HostActions;
}

/** Compares a machine with its desired state. */
export function planHost(facts: HostFacts, desired: DesiredHost, target: SshTarget): HostPlan {
  const problems: string[] = [];
  const actions: HostActions = { start: false, folders: [] };
  let pendingReason: string | undefined;
  if (desired.hostname !== undefined && facts.hostname !== desired.hostname) {
    problems.push(
      `hostname "${desired.hostname}": the machine at ${target.host} calls itself "${facts.hostname}"; ` +
        `give hostname: "${facts.hostname}", or another address`,
    );
  }
  if (!facts.engine) {
    const { problem, kind } = explainSshFailure(target, { stderr: facts.engineProblem, code: 1 });
    if (!facts.hasDocker || (!facts.hasEngine && kind !== "rights")) {
      try {
        actions.install = missingEnginePackage(facts, desired.install);
        actions.start = true;
      } catch (error) {
        problems.push(errorMessage(error));
      }
    } else if (kind === "rights") problems.push(problem);
    else if (desired.install === undefined)
      pendingReason = `${problem}: \`sudo systemctl enable --now docker\` there starts it`;
    else actions.start = true;
  }
  for (const [key, drive] of Object.entries(desired.drives)) {
    const folder = driveFolder(drive);
    const found = facts.disks[key];
    if (folder === undefined || !found) continue;
    const { disk } = found;
    if (disk !== "mounted") problems.push(`drives.${key}.path "${drive.path}": ${DISK_PROBLEMS[disk]}`);
    else if (found.folder !== "there") actions.folders.push(folder);
  }
  return { problems, pendingReason, actions };
}

/**
 * Returns whether a machine that was up to date now needs changes or has a problem. Assumes that a folder without
 * access for this user exists, and that an engine that must not be started here comes back by itself.
 */
export function needsChanges(facts: HostFacts, desired: DesiredHost, target: SshTarget): boolean {
  const { problems, actions } = planHost(facts, desired, target);
  const isMissing = Object.values(facts.disks).some(({ folder }) => folder === "missing");
  return problems.length > 0 || actions.start || isMissing;
}

const DISK_PROBLEMS = {
  missing: "there is no such folder: mount a disk there",
  unmounted: "is a plain folder of another disk: mount a disk there",
  root: "is on the root disk: mount a separate disk there",
};

function missingEnginePackage({ osRelease, hasAppArmor }: HostFacts, install: EngineSource | undefined): EnginePackage {
  if (install !== undefined) return enginePackage(osRelease, { source: install, hasAppArmor });
  throw new Error(
    'Docker Engine is not installed there: install it, or have it installed with install: "docker" (Docker\'s own ' +
      'packages) or "distribution"',
  );
}

/** Shell function that runs a command as root, or fails with a message that names the user. */
const AS_ROOT_FUNCTION = `
${PATH_WITH_SBIN}
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; return; fi
  if ! sudo -n true 2>/dev/null; then
    echo "user \\"$(id -un)\\" may not become root: log in as root, or let the user run sudo without a password" >&2
    exit 1
  fi
  sudo -n "$@"
}`;

/**
 * Returns a script that runs these lines to their end, whether or not the connection lasts that long: an interrupted package
 * manager would leave packages half installed. Their output waits in a file, as no one may read it.
 */
function outlivingConnection(lines: readonly string[]): string {
  const begin = ["trap '' HUP PIPE", "log=$(mktemp) || exit", "("];
  const end = [') >"$log" 2>&1', "code=$?", 'cat "$log" >&2', 'rm -f "$log"', "exit $code"];
  return `${[...begin, ...lines, ...end].join("\n")}\n`;
}

/** Returns the script that makes the changes. */
export function actionsScript(
  { install, start, folders }: HostActions,
  { isRoot, user, remappedRoot }: HostFacts,
): string {
  const lines = ["set -e", AS_ROOT_FUNCTION];
  if (install) lines.push(...installCommands(install));
  if (install && !isRoot) lines.push(`as_root usermod -aG docker ${shellQuote(user)}`);
  if (start) {
    lines.push(
      "if [ -d /run/systemd/system ]; then as_root systemctl enable --now docker >&2",
      "else as_root service docker start >&2; fi",
    );
  }
  if (folders.length > 0) lines.push(createFunction(remappedRoot));
  for (const folder of folders) lines.push(`create ${shellQuote(folder)}`);
  return outlivingConnection(lines);
}

/**
 * Returns a shell function that creates a folder to which containers can write. Leaves an existing folder unchanged.
 */
function createFunction(owner: RemappedRoot | undefined): string {
  return `
create() {
  if [ -d "$1" ]; then return; fi
  if ! mkdir -p "$1" 2>/dev/null; then
    if as_root test -d "$1"; then return; fi
    as_root mkdir -p "$1"
  fi
  if [ -e /sys/fs/selinux/enforce ]; then as_root chcon -t container_file_t "$1"; fi
  ${owner ? `as_root chown ${owner.user}:${owner.group} "$1"` : ""}
}`;
}

function installCommands({ manager, commands }: EnginePackage): string[] {
  const isApt = manager === "apt-get";
  const quiet = (command: string[]) =>
    command[0] === "apt-get" ? ["env", "DEBIAN_FRONTEND=noninteractive", ...command] : command;
  const asRoot = (command: string[]) => `as_root ${quiet(command).map(quoteIfNeeded).join(" ")} >&2`;
  // `cloud-init status --wait` would return at the first error while cloud-init continues.
  const lines = [`tries=300; while ${CLOUD_INIT_RUNNING} && [ $tries -gt 0 ]; do sleep 1; tries=$((tries - 1)); done`];
  lines.push(...commands.map(asRoot));
  // Newer releases have the docker command, through which the engine is reached, in a separate package.
  const cli = [...APT_GET, "install", "-y", "--no-install-recommends", "docker-cli"];
  if (isApt) lines.push(`command -v docker >/dev/null || ${asRoot(cli)}`);
  return lines;
}

/** Returns the first and the last error line of a script's stderr, in one line. */
export function summarizeErrors(stderr: string): string {
  const lines = stderr
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  // apt's last line only says that its helper failed, and its warnings are not the cause.
  const errors = lines.filter((line) => /^E:|\berror\b|\bfailed\b/i.test(line) && !/^(?:W:|E: Sub-process)/.test(line));
  const causes = [...new Set([errors[0], errors.at(-1)])].filter((line) => line !== undefined);
  return causes.length > 0 ? causes.join("; ") : (lines.at(-1) ?? "it failed without an error message");
}
