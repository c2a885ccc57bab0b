import { explainSshFailure, type SshTarget } from "../../engine/ssh-errors.ts";
import { errorMessage } from "../../engine/error-message.ts";
import { shellQuote, quoteIfNeeded, PATH_WITH_SBIN } from "../../engine/shell-quoting.ts";
import { APT_GET, enginePackage, type EnginePackage } from "./engine-package.ts";
import { type EngineSource } from "../../core/engine-source.ts";
import type { Drive } from "../../core/drive.ts";
import { CLOUD_INIT_RUNNING, driveFolder, type HostFacts } from "./host-facts.ts";

/** How a host is to be. */
export interface DesiredHost {
  hostname: string;
  /** Where Docker Engine may be installed from; false: not at all. */
  install: EngineSource | false;
  drives: Readonly<Record<string, Drive>>;
}

/** What is to be done on a machine. */
export interface HostActions {
  /** Docker Engine, where it is missing. */
  install?: EnginePackage;
  /** Whether the engine is to be started. */
  start: boolean;
  /** Folders to make on mounted disks. */
  folders: string[];
}

/** What stands between a machine and the host that it is to be. */
export interface HostPlan {
  /** What nobody but the user can mend, one line each. */
  problems: string[];
  /** What may mend itself, as on a machine that is still starting. */
  pendingReason?: string;
  actions: HostActions;
}

/** Compares a machine with the host that it is to be. */
export function planHost(facts: HostFacts, wish: DesiredHost, target: SshTarget): HostPlan {
  const problems: string[] = [];
  const actions: HostActions = { start: false, folders: [] };
  let pendingReason: string | undefined;
  if (facts.hostname !== wish.hostname) {
    problems.push(
      `hostname "${wish.hostname}": the machine at ${target.host} calls itself "${facts.hostname}"; ` +
        `give hostname: "${facts.hostname}", or another address`,
    );
  }
  if (!facts.engine) {
    const { problem, kind } = explainSshFailure(target, { stderr: facts.engineProblem, code: 1 });
    if (!facts.hasDocker || (!facts.hasEngine && kind !== "rights")) {
      try {
        actions.install = missingEnginePackage(facts, wish.install);
        actions.start = true;
      } catch (error) {
        problems.push(errorMessage(error));
      }
    } else if (kind === "rights") problems.push(problem);
    else if (wish.install === false)
      pendingReason = `${problem}: \`sudo systemctl enable --now docker\` there starts it`;
    else actions.start = true;
  }
  for (const [key, drive] of Object.entries(wish.drives)) {
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
 * Whether there is anything to mend, or to refuse, about a machine that was as it should be. A folder that this user
 * cannot see is there, and an engine that nobody may start here comes back by itself.
 */
export function needsChanges(facts: HostFacts, wish: DesiredHost, target: SshTarget): boolean {
  const { problems, actions } = planHost(facts, wish, target);
  const isMissing = Object.values(facts.disks).some(({ folder }) => folder === "missing");
  return problems.length > 0 || actions.start || isMissing;
}

const DISK_PROBLEMS = {
  missing: "there is no such folder: mount a disk there",
  unmounted: "is a plain folder of another disk: mount a disk there",
  root: "is on the root disk: mount a disk of its own there",
};

function missingEnginePackage({ osRelease, hasAppArmor }: HostFacts, install: EngineSource | false): EnginePackage {
  if (install !== false) return enginePackage(osRelease, { source: install, hasAppArmor });
  throw new Error(
    'Docker Engine is not installed there: install it, or have it installed with install: "docker" (Docker\'s own ' +
      'packages) or "distribution"',
  );
}

/** Says so when the user may not become root. */
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

/** The script that does the work. */
export function actionsScript({ install, start, folders }: HostActions, { isRoot, user }: HostFacts): string {
  const lines = ["set -e", AS_ROOT_FUNCTION];
  if (install) lines.push(...installCommands(install));
  if (install && !isRoot) lines.push(`as_root usermod -aG docker ${shellQuote(user)}`);
  if (start) {
    lines.push(
      "if [ -d /run/systemd/system ]; then as_root systemctl enable --now docker >&2",
      "else as_root service docker start >&2; fi",
    );
  }
  for (const folder of folders)
    lines.push(`mkdir -p ${shellQuote(folder)} 2>/dev/null || as_root mkdir -p ${shellQuote(folder)}`);
  return `${lines.join("\n")}\n`;
}

function installCommands({ manager, commands }: EnginePackage): string[] {
  const isApt = manager === "apt-get";
  const quiet = (command: string[]) =>
    command[0] === "apt-get" ? ["env", "DEBIAN_FRONTEND=noninteractive", ...command] : command;
  const asRoot = (command: string[]) => `as_root ${quiet(command).map(quoteIfNeeded).join(" ")} >&2`;
  // Not `cloud-init status --wait`: that ends at the first error, with cloud-init still at work.
  const lines = [`tries=300; while ${CLOUD_INIT_RUNNING} && [ $tries -gt 0 ]; do sleep 1; tries=$((tries - 1)); done`];
  lines.push(...commands.map(asRoot));
  // Newer releases have the docker command, through which the engine is reached, in a package of its own.
  const cli = [...APT_GET, "install", "-y", "--no-install-recommends", "docker-cli"];
  if (isApt) lines.push(`command -v docker >/dev/null || ${asRoot(cli)}`);
  return lines;
}

/** What went wrong in a work script, in one line: the first and the last of what sounds like an error. */
export function summarizeErrors(stderr: string): string {
  const lines = stderr
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  // That apt's helper failed is said after why it did, and its warnings are none of the reasons.
  const errors = lines.filter((line) => /^E:|\berror\b|\bfailed\b/i.test(line) && !/^(?:W:|E: Sub-process)/.test(line));
  const told = [...new Set([errors[0], errors.at(-1)])].filter((line) => line !== undefined);
  return told.length > 0 ? told.join("; ") : (lines.at(-1) ?? "it failed without a word");
}
