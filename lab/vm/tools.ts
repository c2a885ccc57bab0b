import { installMissing, listMissingPackages, isOnPath } from "../packages.ts";

/** Programs that virtual machines are made with, and the Debian packages that carry them. */
const PROGRAMS: Record<string, string> = {
  mmdebstrap: "mmdebstrap",
  mke2fs: "e2fsprogs",
  "qemu-img": "qemu-utils",
  "qemu-system-x86_64": "qemu-system-x86",
  "ssh-keygen": "openssh-client",
  tcpdump: "tcpdump",
  xorriso: "xorriso",
  gpg: "gnupg",
  "dpkg-deb": "dpkg",
};

/** Why there can be no virtual machines here; undefined when there can. */
export function machinesUnavailableReason(): string | undefined {
  if (process.platform !== "linux" || process.arch !== "x64") {
    return `the virtual machines are x86 ones on Linux, and this is ${process.platform} on ${process.arch}`;
  }
  if (process.getuid?.() !== 0) return "the machines' network is made of namespaces, and only root may make them";
  const missing = listMissingPackages(PROGRAMS);
  if (missing.length > 0 && !isOnPath("apt-get"))
    return `virtual machines need ${missing.join(", ")}, not found on PATH`;
  return undefined;
}

/** Installs what is missing. */
export function installMachineTools(): Promise<void> {
  return installMissing(PROGRAMS);
}
