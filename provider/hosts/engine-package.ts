import type { EngineSource } from "../../core/engine-source.ts";

/** Waits for apt's lock: a machine that starts for the first time may still be installing packages. */
export const APT_GET = ["apt-get", "-o", "DPkg::Lock::Timeout=300"];

/** Packages of Docker Engine, and how to install them. */
export interface EnginePackage {
  manager: "apt-get" | "dnf";
  packages: string[];
  /** Commands to run in order as root. */
  commands: string[][];
}

/** Docker's packages without those for building images. */
const DOCKER_CE_PACKAGES = ["docker-ce", "docker-ce-cli", "containerd.io"];

const REPOSITORY = "https://download.docker.com/linux";

/**
 * Returns how to install Docker Engine on a distribution.
 *
 * @param osRelease content of its os-release file
 * @param options.hasAppArmor whether its kernel has AppArmor
 * @throws Error with manual instructions when no package is known.
 */
export function enginePackage(
  osRelease: string,
  { source = "distribution", hasAppArmor }: { source?: EngineSource; hasAppArmor: boolean },
): EnginePackage {
  const system = parseOsRelease(osRelease);
  const found = source === "docker" ? fromDocker(system, hasAppArmor) : fromDistribution(system, hasAppArmor);
  if (found) return found;
  const name = `"${system.names[0] ?? "this system"}"`;
  const origin = source === "docker" ? `in Docker's repository for ${name}` : `of ${name}`;
  throw new Error(
    `Docker Engine is not installed, and no package ${origin} is known: ` +
      "install it as described at https://docs.docker.com/engine/install/, then run this again",
  );
}

interface Distribution {
  /** The distribution's id, then those of ID_LIKE. */
  names: string[];
  /** Codename of its release. */
  codename: string;
}

function parseOsRelease(osRelease: string): Distribution {
  const value = (key: string) =>
    new RegExp(`^${key}=(.*)$`, "m").exec(osRelease)?.[1]?.replace(/^["']|["']$/g, "") ?? "";
  return {
    names: [value("ID"), ...value("ID_LIKE").split(" ")].filter((name) => name !== ""),
    // Derivatives of Ubuntu use their own release names in VERSION_CODENAME.
    codename: value("UBUNTU_CODENAME") || value("DEBIAN_CODENAME") || value("VERSION_CODENAME"),
  };
}

const isLike = ({ names }: Distribution, ...wanted: string[]) => wanted.some((name) => names.includes(name));

/** With AppArmor in the kernel, containers need its parser to start. Docker's packages only recommend it. */
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

/** Adds Docker's repository, and its key for this repository only. */
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
