import { SECTION_FUNCTION, parseSections, quoteIfNeeded } from "../../engine/shell-quoting.ts";
import { rootScript } from "../lib/root-script.ts";

/** Docker Engine as a machine has it installed, and what its package manager could install instead. */
export interface InstalledEngine {
  manager: "apt-get" | "dnf";
  /** The package with the engine itself: `docker-ce`, `docker.io`. */
  name: string;
  version: string;
  /** Packages of the same version that go with it: its command line. */
  companions: readonly string[];
  /** Versions of the package to which newer engines leave the docker command, where it is not installed. */
  cliVersions: readonly string[];
  /** What the package manager would take by itself. */
  candidate: string;
  /** All it knows, the newest first. */
  available: string[];
  /** Whether the engine that runs is still of a former package. */
  needsRestart: boolean;
}

/** Packages that hold an engine; a machine has one of them. Debian's `docker` is something else. */
const ENGINE_PACKAGES = { "apt-get": ["docker-ce", "docker.io"], dnf: ["docker-ce", "moby-engine", "docker"] };
/** Packages that are made together with the engine's. */
const COMPANION_PACKAGES = ["docker-ce-cli", "docker-ce-rootless-extras", "docker-cli"];
/** What the docker command comes with once the engine's own package has it no more: Debian since 26.1.4. */
const CLI_PACKAGE = "docker-cli";

const APT = "env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300";

const packageNames = (manager: keyof typeof ENGINE_PACKAGES) =>
  [...ENGINE_PACKAGES[manager], ...COMPANION_PACKAGES].join(" ");

/**
 * A script that tells of a machine's engine: which package, which versions there are, and whether what runs is what is
 * installed. It renews the package manager's lists, and changes nothing else.
 */
export const INSPECT_SCRIPT = rootScript([
  "export LC_ALL=C",
  SECTION_FUNCTION,
  // A program whose file was replaced is told so.
  "section running; readlink /proc/$(cat /run/docker.pid)/exe || true",
  "if command -v dpkg-query >/dev/null; then",
  "  section manager; echo apt-get",
  `  section installed; dpkg-query -W -f '\${db:Status-Status} \${Package} \${Version}\\n' ${packageNames("apt-get")} 2>/dev/null |`,
  "    sed -n 's/^installed //p'",
  `  ${APT} update >&2`,
  `  for name in ${ENGINE_PACKAGES["apt-get"].join(" ")} ${CLI_PACKAGE}; do section "policy $name"; apt-cache policy "$name"; done`,
  "elif command -v rpm >/dev/null; then",
  "  section manager; echo dnf",
  `  section installed; for name in ${packageNames("dnf")}; do rpm -q --qf '%{NAME} %{EVR}\\n' "$name" || true; done`,
  `  for name in ${ENGINE_PACKAGES.dnf.join(" ")} ${CLI_PACKAGE}; do`,
  '    section "versions $name"; dnf -q --refresh repoquery --qf "%{evr}\\n" "$name" | sed "/^$/d; s/^0://" | sort -Vru',
  "  done",
  "fi",
]);

/** Reads what that script printed. Undefined where no package holds the engine. */
export function parseInstalledEngine(printed: string): InstalledEngine | undefined {
  const parts = parseSections(printed);
  const manager = parts.get("manager") === "dnf" ? "dnf" : "apt-get";
  const installed = new Map(
    (parts.get("installed") ?? "").split("\n").map((line) => {
      const [name = "", version = ""] = line.split(" ");
      return [name, version] as const;
    }),
  );
  const name = ENGINE_PACKAGES[manager].find((one) => installed.has(one));
  if (name === undefined) return undefined;
  const version = installed.get(name) ?? "";
  const knownOf = (one: string) =>
    manager === "dnf" ? parseVersionList(parts.get(`versions ${one}`)) : parseAptPolicy(parts.get(`policy ${one}`));
  const known = knownOf(name);
  return {
    manager,
    name,
    version,
    companions: COMPANION_PACKAGES.filter((one) => installed.get(one) === version),
    cliVersions: installed.has(CLI_PACKAGE) ? [] : knownOf(CLI_PACKAGE).available,
    candidate: known.candidate ?? version,
    available: known.available,
    needsRestart: (parts.get("running") ?? "").endsWith("(deleted)"),
  };
}

interface PackageVersions {
  candidate?: string;
  available: string[];
}

/** What `apt-cache policy` says of a package. */
function parseAptPolicy(printed = ""): PackageVersions {
  const candidate = /^ *Candidate: (\S+)$/m.exec(printed)?.[1];
  const available = [...printed.matchAll(/^ (?:\*\*\*|   ) (\S+) -?\d+$/gm)].map(([, version = ""]) => version);
  return { candidate, available };
}

function parseVersionList(printed = ""): PackageVersions {
  const available = printed.split("\n").filter((line) => line !== "");
  return { candidate: available[0], available };
}

/**
 * Whether a package's version is that version of the engine: `5:28.5.1-1~debian.12~bookworm` is `28.5.1`, and `28.5`;
 * `29.0.0~rc.1-1` is `29.0.0-rc.1`, and not `29.0.0`.
 */
export function matchesVersion(packaged: string, version: string): boolean {
  const [own, wanted] = [toEngineVersion(packaged), toEngineVersion(version)];
  return own.startsWith(wanted) && !/^(?:\d|-(?:alpha|beta|rc)\b)/.test(own.slice(wanted.length));
}

/** A package's version as its engine says it: packages mark what comes before a release with `~`. */
function toEngineVersion(version: string): string {
  return version.replace(/^\d+:/, "").replace(/~(?=(?:alpha|beta|rc)\b)/, "-");
}

/**
 * The package's version that a machine is to have.
 *
 * @param to the engine's version, or the package's own @default the newest that its package manager would take
 * @throws with what there is, when there is none such, or it is older than what is installed.
 */
export function chooseVersion({ name, version, candidate, available, manager }: InstalledEngine, to?: string): string {
  if (to === undefined) return candidate;
  const wanted = matchesVersion(version, to) ? version : available.find((one) => matchesVersion(one, to));
  if (wanted === undefined) {
    const known = available.length > 0 ? `it knows ${available.slice(0, 5).join(", ")}` : "it knows none";
    throw new Error(`--to "${to}": ${manager} there has no such version of ${name}; ${known}`);
  }
  const [before, after] = [available.indexOf(wanted), available.indexOf(version)];
  if (before > after && after >= 0) {
    throw new Error(`--to "${to}": ${name} there is newer (${version}), and Docker Engine does not go back`);
  }
  return wanted;
}

/**
 * The command that only fetches a version, and those that install it. The engine is reached through the docker command,
 * so a machine that has it keeps it, also where the new version leaves it to another package.
 */
export function installCommands(
  { manager, name, companions, cliVersions }: Pick<InstalledEngine, "manager" | "name" | "companions" | "cliVersions">,
  version: string,
): { fetch: string; install: string[] } {
  const separator = manager === "dnf" ? "-" : "=";
  const cli = cliVersions.includes(version) ? [CLI_PACKAGE] : [];
  const packages = [name, ...companions, ...cli].map((one) => `${one}${separator}${version}`);
  // Settings that somebody changed on the machine stay: nobody could be asked.
  const kept = "-o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold";
  const base = manager === "dnf" ? "dnf install -y" : `${APT} install -y --no-install-recommends ${kept}`;
  const command = (...options: string[]) => [base, ...options, ...packages.map(quoteIfNeeded)].join(" ");
  return {
    fetch: command(manager === "dnf" ? "--downloadonly" : "--download-only"),
    install: [
      "cli=$(command -v docker || true)",
      command(),
      `[ -z "$cli" ] || { hash -r; command -v docker >/dev/null; } || ${base} ${CLI_PACKAGE}`,
    ],
  };
}
