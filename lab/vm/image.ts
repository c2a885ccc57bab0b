import { chmodSync, copyFileSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type MachineImage, ensureImage } from "./build.ts";

const GUEST = join(import.meta.dirname, "guest");

/** Returns the image of a machine with Docker Engine. */
export function ensureMachineImage(): Promise<MachineImage> {
  return ensureImage({
    name: "vm",
    description: "the lab's virtual machines",
    packages: ["iptables", "python3-minimal", "docker.io", "apparmor"],
    files: [import.meta.filename, ...readdirSync(GUEST).map((name) => join(GUEST, name))],
    configure,
  });
}

function configure(root: string): void {
  const units = join(root, "etc", "systemd", "system");
  copyFileSync(join(GUEST, "lab-seed.service"), join(units, "lab-seed.service"));
  symlinkSync("../lab-seed.service", join(units, "multi-user.target.wants", "lab-seed.service"));
  copyFileSync(join(GUEST, "lab-seed"), join(root, "usr", "local", "sbin", "lab-seed"));
  chmodSync(join(root, "usr", "local", "sbin", "lab-seed"), 0o755);
  writeFileSync(
    join(root, "etc", "ssh", "sshd_config.d", "lab.conf"),
    "UseDNS no\nHostKey /etc/ssh/ssh_host_ed25519_key\nPasswordAuthentication no\n",
  );
}
