import { cpSync, existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheKey, ensureCached, readIfExists } from "../toolchain/cache.ts";
import { run } from "../toolchain/run.ts";

/** Programs on the hosts of a lab, with their Debian packages. */
const PROGRAMS: Readonly<Record<string, string>> = {
  "/usr/sbin/sshd": "openssh-server",
  "/usr/bin/sudo": "sudo",
  "/usr/bin/docker-registry": "docker-registry",
  "/usr/sbin/nft": "nftables",
};

/** Folders that packages may use instead of those below /usr. */
const MERGED = ["bin", "sbin", "lib", "lib64"];

/**
 * Returns a folder with the unpacked packages of the programs above that this machine lacks; undefined if it lacks none
 * or has no apt. They are not installed: an installed sshd or registry would start here as a service, and a lab changes
 * nothing on its machine.
 */
export async function ensureLabTools(): Promise<string | undefined> {
  const missing = Object.entries(PROGRAMS).flatMap(([path, name]) => (existsSync(path) ? [] : name));
  if (missing.length === 0 || !canUnpackPackages()) return undefined;
  const system = /^VERSION_ID="?([\w.]+)/m.exec(readIfExists("/etc/os-release") ?? "")?.[1] ?? "unknown";
  return ensureCached({
    name: "lab-tools",
    key: cacheKey(system, missing),
    create: (folder) => unpackPackages(missing, folder),
  });
}

/** Unpacks packages, with the dependencies that are not installed here, into a folder, and installs nothing. */
export async function unpackPackages(packages: readonly string[], folder: string): Promise<void> {
  for (const file of await downloadPackages(packages, folder)) await unpack(file, folder);
}

/** Whether Debian packages can be downloaded and unpacked here. */
export function canUnpackPackages(): boolean {
  return existsSync("/usr/bin/apt-get") && existsSync("/usr/bin/dpkg-deb");
}

/** Downloads packages with the dependencies that are not installed here, and returns their files. */
export async function downloadPackages(packages: readonly string[], folder: string): Promise<string[]> {
  // The package lists may be missing or outdated.
  return download(packages, folder).catch(async () => {
    await run("apt-get", ["update"]);
    return download(packages, folder);
  });
}

async function download(packages: readonly string[], folder: string): Promise<string[]> {
  const plan = await run("apt-get", ["install", "--simulate", "--no-install-recommends", ...packages]);
  const wanted = plan.split("\n").flatMap((line) => {
    const [, name, version] = /^Inst (\S+)(?: \[.*?\])? \((\S+)/.exec(line) ?? [];
    return name && version ? `${name}=${version}` : [];
  });
  await run("sh", ["-ec", 'cd "$0"; exec apt-get download -o APT::Sandbox::User=root "$@"', folder, ...wanted]);
  return readdirSync(folder).flatMap((name) => (name.endsWith(".deb") ? join(folder, name) : []));
}

async function unpack(file: string, folder: string): Promise<void> {
  await run("dpkg-deb", ["--extract", file, folder]);
  for (const name of MERGED.filter((merged) => existsSync(join(folder, merged)))) {
    cpSync(join(folder, name), join(folder, "usr", name), { recursive: true, verbatimSymlinks: true });
    rmSync(join(folder, name), { recursive: true });
  }
  rmSync(file);
}
