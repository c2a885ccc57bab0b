import { cpSync, existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheKey, ensureCached, readIfExists } from "../toolchain/cache.ts";
import { run } from "../toolchain/run.ts";

/** What the machines of a lab have installed, with the Debian package it is in. */
const PROGRAMS: Readonly<Record<string, string>> = {
  "/usr/sbin/sshd": "openssh-server",
  "/usr/bin/sudo": "sudo",
  "/usr/bin/docker-registry": "docker-registry",
};

/** Folders of which a package may still say the old names. */
const MERGED = ["bin", "sbin", "lib", "lib64"];

/**
 * A folder with what this machine lacks of the programs above, as installing their packages would lay it out; undefined
 * when it lacks nothing or knows no such packages. They are unpacked, never installed: an installed sshd or registry
 * would be started here as a service, and a lab changes nothing on its machine.
 */
export async function ensureLabTools(): Promise<string | undefined> {
  const missing = Object.entries(PROGRAMS).flatMap(([path, name]) => (existsSync(path) ? [] : name));
  if (missing.length === 0 || !canUnpackPackages()) return undefined;
  const system = /^VERSION_ID="?([\w.]+)/m.exec(readIfExists("/etc/os-release") ?? "")?.[1] ?? "unknown";
  return ensureCached({
    name: "lab-tools",
    key: cacheKey(system, missing),
    create: async (folder) => {
      for (const file of await downloadPackages(missing, folder)) await unpack(file, folder);
    },
  });
}

/** Whether packages can be had here. */
export function canUnpackPackages(): boolean {
  return existsSync("/usr/bin/apt-get") && existsSync("/usr/bin/dpkg-deb");
}

/** Fetches the packages and what they need beyond what is installed here; gives back their files. */
export async function downloadPackages(packages: readonly string[], folder: string): Promise<string[]> {
  // Lists of packages may be missing, or older than what the archive still has.
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
