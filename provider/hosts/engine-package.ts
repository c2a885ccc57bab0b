import type { EngineSource } from "../../core/engine-source.ts";

/** apt-get waits for another one: a machine that starts for the first time may still install packages itself. */
export const APT_GET = ["apt-get", "-o", "DPkg::Lock::Timeout=300"];

/** How a distribution installs Docker Engine. */
export interface EnginePackage {
  manager: "apt-get" | "dnf";
  packages: string[];
  /** Commands, in order, as root. */
  commands: string[][];
}

/** Docker's own packages; the rest of them is for building images. */
const DOCKER_CE_PACKAGES = ["docker-ce", "docker-ce-cli", "containerd.io"];

const REPOSITORY = "https://download.docker.com/linux";

/**
 * How this distribution installs Docker Engine.
 *
 * @param osRelease its file os-release
 * @param options.hasAppArmor whether its kernel has AppArmor
 * @throws with what to do, where it does not.
 */
export function enginePackage(
  osRelease: string,
  { source = "distribution", hasAppArmor }: { source?: EngineSource; hasAppArmor: boolean },
): EnginePackage {
  const system = parseOsRelease(osRelease);
  const found = source === "docker" ? fromDocker(system, hasAppArmor) : fromDistribution(system, hasAppArmor);
  if (found) return found;
  const name = `"${system.names[0] ?? "this system"}"`;
  const none = source === "docker" ? `Docker's repository has none for ${name}` : `${name} has no package of it`;
  throw new Error(
    `Docker Engine is not installed, and ${none} that is known here: ` +
      "install it as https://docs.docker.com/engine/install/ says, then run this again",
  );
}

interface Distribution {
  /** The distribution's own name, then those it is like. */
  names: string[];
  /** The name of its release. */
  codename: string;
}

function parseOsRelease(osRelease: string): Distribution {
  const value = (key: string) =>
    new RegExp(`^${key}=(.*)$`, "m").exec(osRelease)?.[1]?.replace(/^["']|["']$/g, "") ?? "";
  return {
    names: [value("ID"), ...value("ID_LIKE").split(" ")].filter((name) => name !== ""),
    // What is made from Ubuntu has names of its own for its releases.
    codename: value("UBUNTU_CODENAME") || value("DEBIAN_CODENAME") || value("VERSION_CODENAME"),
  };
}

const isLike = ({ names }: Distribution, ...wanted: string[]) => wanted.some((name) => names.includes(name));

/** Where the kernel has AppArmor, no container starts without its parser, which the packages only recommend. */
const appArmorPackages = (hasAppArmor: boolean) => (hasAppArmor ? ["apparmor"] : []);

function fromDistribution(system: Distribution, hasAppArmor: boolean): EnginePackage | undefined {
  if (isLike(system, "debian", "ubuntu")) return withApt(["docker.io", "iptables", ...appArmorPackages(hasAppArmor)]);
  if (isLike(system, "amzn")) return withDnf(["docker"]);
  if (system.names[0] === "fedora") return withDnf(["moby-engine"]);
  return undefined;
}

function fromDocker(system: Distribution, hasAppArmor: boolean): EnginePackage | undefined {
  const apt = (["ubuntu", "debian"] as const).find((name) => isLike(system, name));
  if (apt && system.codename !== "") {
    const { packages, manager, commands } = withApt([...DOCKER_CE_PACKAGES, ...appArmorPackages(hasAppArmor)]);
    return { packages, manager, commands: [...aptRepository(`${REPOSITORY}/${apt}`, system.codename), ...commands] };
  }
  if (isLike(system, "amzn")) return undefined;
  const dnf = (["fedora", "rhel", "centos"] as const).find((name) => system.names[0] === name);
  if (!dnf && !isLike(system, "rhel", "centos")) return undefined;
  const file = `${REPOSITORY}/${dnf ?? "centos"}/docker-ce.repo`;
  const { packages, manager, commands } = withDnf(DOCKER_CE_PACKAGES);
  const add = ["curl", "-fsSL", file, "-o", "/etc/yum.repos.d/docker-ce.repo"];
  return { packages, manager, commands: [add, ...commands] };
}

/** Docker's key for this repository alone, and the repository. */
function aptRepository(url: string, codename: string): string[][] {
  const key = "/etc/apt/keyrings/docker.asc";
  const line = `deb [signed-by=${key}] ${url} ${codename} stable`;
  return [
    [...APT_GET, "update"],
    [...APT_GET, "install", "-y", "--no-install-recommends", "ca-certificates", "curl"],
    ["install", "-m", "0755", "-d", "/etc/apt/keyrings"],
    ["curl", "-fsSL", `${url}/gpg`, "-o", key],
    ["chmod", "a+r", key],
    ["sh", "-c", 'printf "%s\\n" "$0" > /etc/apt/sources.list.d/docker.list', line],
  ];
}

function withApt(packages: string[]): EnginePackage {
  const install = [...APT_GET, "install", "-y", "--no-install-recommends", ...packages];
  return { manager: "apt-get", packages, commands: [[...APT_GET, "update"], install] };
}

function withDnf(packages: string[]): EnginePackage {
  return { manager: "dnf", packages, commands: [["dnf", "install", "-y", ...packages]] };
}
