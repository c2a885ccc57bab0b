import { existsSync } from "node:fs";

/** How a distribution installs Docker Engine. */
export interface EnginePackage {
  manager: string;
  packages: string[];
  /** Commands, in order, as root. */
  commands: string[][];
}

/** How this distribution installs Docker Engine, by its os-release file; throws with what to do where it does not. */
export function enginePackage(
  osRelease: string,
  hasAppArmor = existsSync("/sys/kernel/security/apparmor"),
): EnginePackage {
  const names = namesOf(osRelease);
  const is = (...wanted: string[]) => wanted.some((name) => names.includes(name));
  // Where the kernel has AppArmor, no container starts without its parser, which docker.io only recommends.
  if (is("debian", "ubuntu")) return withApt(["docker.io", "iptables", ...(hasAppArmor ? ["apparmor"] : [])]);
  if (is("amzn")) return withDnf(["docker"]);
  if (names[0] === "fedora") return withDnf(["moby-engine"]);
  throw new Error(
    `Docker Engine is not installed, and "${names[0] ?? "this system"}" has no package of it that is known here: ` +
      "install it as https://docs.docker.com/engine/install/ says, then run this again",
  );
}

/** The distribution's own name, then those it is like. */
function namesOf(osRelease: string): string[] {
  const value = (key: string) =>
    new RegExp(`^${key}=(.*)$`, "m").exec(osRelease)?.[1]?.replace(/^["']|["']$/g, "") ?? "";
  return [value("ID"), ...value("ID_LIKE").split(" ")].filter((name) => name !== "");
}

function withApt(packages: string[]): EnginePackage {
  const install = ["apt-get", "install", "-y", "--no-install-recommends", ...packages];
  return { manager: "apt-get", packages, commands: [["apt-get", "update"], install] };
}

function withDnf(packages: string[]): EnginePackage {
  return { manager: "dnf", packages, commands: [["dnf", "install", "-y", ...packages]] };
}
