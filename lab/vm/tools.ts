import { installMissing, listMissingPackages, isOnPath } from "../packages.ts";

/** Programs that create virtual machines, with their Debian packages. */
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

/** Returns why virtual machines cannot run on this machine; undefined if they can. */
export function machinesUnavailableReason(): string | undefined {
  if (process.platform !== "linux" || process.arch !== "x64") {
    return `virtual machines need Linux on x64, and this is ${process.platform} on ${process.arch}`;
  }
  if (process.getuid?.() !== 0) return "virtual machines need network namespaces, which only root can create";
  const missing = listMissingPackages(PROGRAMS);
  if (missing.length > 0 && !isOnPath("apt-get"))
    return `virtual machines need ${missing.join(", ")}, not found on PATH`;
  return undefined;
}

/** Installs missing programs. */
export function installMachineTools(): Promise<void> {
  return installMissing(PROGRAMS);
}
