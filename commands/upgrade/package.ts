import { SECTION_FUNCTION, parseSections, quoteIfNeeded } from "../../engine/shell-quoting.ts";
import { rootScript } from "../lib/root-script.ts";

/** The package of Docker Engine on a machine, and the versions that its package manager offers. */
export interface InstalledEngine {
  manager: "apt-get" | "dnf";
  /** The package with the engine itself: `docker-ce`, `docker.io`. */
  name: string;
  version: string;
  /** Installed packages of the same version, such as the docker command. */
  companions: readonly string[];
  /** Available versions of the separate package with the docker command, if it is not installed. */
  cliVersions: readonly string[];
  /** The version that the package manager would install by default. */
  candidate: string;
  /** All available versions, the newest first. */
  available: string[];
  /** Whether the running engine is still that of the previous package. */
  needsRestart: boolean;
}

/** Packages with an engine; a machine has one of them. Debian's `docker` is an unrelated program. */
const ENGINE_PACKAGES = { "apt-get": ["docker-ce", "docker.io"], dnf: ["docker-ce", "moby-engine", "docker"] };
/** Packages that are released together with the engine's. */
const COMPANION_PACKAGES = ["docker-ce-cli", "docker-ce-rootless-extras", "docker-cli"];
/** The package with the docker command if the engine's package does not contain it: Debian since 26.1.4. */
const CLI_PACKAGE = "docker-cli";

const APT = "env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300";

const packageNames = (manager: keyof typeof ENGINE_PACKAGES) =>
  [...ENGINE_PACKAGES[manager], ...COMPANION_PACKAGES].join(" ");

/**
 * A script that prints the package of a machine's engine, the available versions, and whether the installed engine is
 * running. It updates the package manager's lists, and changes nothing else.
 */
export const INSPECT_SCRIPT = rootScript([
  "export LC_ALL=C",
  SECTION_FUNCTION,
  // The kernel adds "(deleted)" to the path of a program if its file was replaced.
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

/** Parses the output of that script. Returns undefined if no package contains the engine. */
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

/** Parses the output of `apt-cache policy` for a package. */
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
 * Returns whether a package's version is that version of the engine: `5:28.5.1-1~debian.12~bookworm` is `28.5.1`, and `28.5`;
 * `29.0.0~rc.1-1` is `29.0.0-rc.1`, and not `29.0.0`.
 */
export function matchesVersion(packaged: string, version: string): boolean {
  const [own, wanted] = [toEngineVersion(packaged), toEngineVersion(version)];
  return own.startsWith(wanted) && !/^(?:\d|-(?:alpha|beta|rc)\b)/.test(own.slice(wanted.length));
}

/** Converts a package's version to the engine's notation: packages mark pre-releases with `~`. */
function toEngineVersion(version: string): string {
  return version.replace(/^\d+:/, "").replace(/~(?=(?:alpha|beta|rc)\b)/, "-");
}

/**
 * Returns the version of the package to install.
 *
 * @param to the engine's version, or the package's own @default the newest that its package manager would install
 * @throws if there is no such version, or it is older than the installed one
 */
export function chooseVersion({ name, version, candidate, available, manager }: InstalledEngine, to?: string): string {
  if (to === undefined) return candidate;
  const wanted = matchesVersion(version, to) ? version : available.find((one) => matchesVersion(one, to));
  if (wanted === undefined) {
    const known = available.length > 0 ? `it has ${available.slice(0, 5).join(", ")}` : "it has none";
    throw new Error(`--to "${to}": ${manager} there has no such version of ${name}; ${known}`);
  }
  const [before, after] = [available.indexOf(wanted), available.indexOf(version)];
  if (before > after && after >= 0) {
    throw new Error(`--to "${to}": ${name} there is newer (${version}), and Docker Engine cannot be downgraded`);
  }
  return wanted;
}

/**
 * Returns the command that downloads a version, and those that install it. The engine is reached through the docker
 * command, so a machine that has the command keeps it, even if the new version has it in another package.
 */
export function installCommands(
  { manager, name, companions, cliVersions }: Pick<InstalledEngine, "manager" | "name" | "companions" | "cliVersions">,
  version: string,
): { fetch: string; install: string[] } {
  const separator = manager === "dnf" ? "-" : "=";
  const cli = cliVersions.includes(version) ? [CLI_PACKAGE] : [];
  const packages = [name, ...companions, ...cli].map((one) => `${one}${separator}${version}`);
  // Keeps configuration files that were changed on the machine, without asking.
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
