import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { keyOf, obtain } from "../../../toolchain/cache.ts";
import { progress } from "../../../toolchain/progress.ts";
import { run } from "../../../toolchain/run.ts";

/** What a machine of the lab boots from. Shared by all of them: each writes on a layer of its own. */
export interface MachineImage {
  kernel: string;
  initrd: string;
  disk: string;
}

const RELEASE = "bookworm";
const PACKAGES = [
  "linux-image-cloud-amd64",
  ...["systemd-sysv", "udev", "kmod", "iproute2", "iptables", "ca-certificates", "e2fsprogs", "procps", "util-linux"],
  ...["openssh-server", "sudo", "python3-minimal", "docker.io", "apparmor"],
];
const SIZE = "5G";

/** What wakes up by itself and would only cost time under emulation, or set the clock that a test has moved. */
const MASKED = [
  "systemd-timesyncd.service",
  "apt-daily.timer",
  "apt-daily-upgrade.timer",
  "e2scrub_all.timer",
  "fstrim.timer",
  "dpkg-db-backup.timer",
  "getty@.service",
];

const GUEST = join(import.meta.dirname, "guest");

/** The image, built from Debian's packages when it is not in the cache. */
export async function machineImage(): Promise<MachineImage> {
  const files = [import.meta.filename, ...readdirSync(GUEST).map((name) => join(GUEST, name))];
  const folder = await obtain({ name: "vm", key: keyOf(RELEASE, [], files), make: build });
  return { kernel: join(folder, "vmlinuz"), initrd: join(folder, "initrd"), disk: join(folder, "disk.img") };
}

async function build(folder: string): Promise<void> {
  const root = join(folder, "root");
  await progress("building the image of the lab's virtual machines", async (tell) => {
    await run("mmdebstrap", ["--variant=apt", `--include=${PACKAGES.join(",")}`, RELEASE, root], {
      onLine: (line) => tell(line.slice(0, 60)),
    });
    configure(root);
    copyOut(root, folder);
    await run("mke2fs", ["-q", "-t", "ext4", "-F", "-d", root, join(folder, "disk.img"), SIZE]);
    rmSync(root, { recursive: true });
  });
}

function configure(root: string): void {
  const units = join(root, "etc", "systemd", "system");
  const wanted = join(units, "multi-user.target.wants");
  mkdirSync(wanted, { recursive: true });
  copyFileSync(join(GUEST, "lab-seed.service"), join(units, "lab-seed.service"));
  symlinkSync("../lab-seed.service", join(wanted, "lab-seed.service"));
  copyFileSync(join(GUEST, "lab-seed"), join(root, "usr", "local", "sbin", "lab-seed"));
  chmodSync(join(root, "usr", "local", "sbin", "lab-seed"), 0o755);
  for (const unit of MASKED) {
    rmSync(join(units, unit), { force: true });
    symlinkSync("/dev/null", join(units, unit));
  }
  // Every machine has an identity of its own, made at its first boot.
  writeFileSync(join(root, "etc", "machine-id"), "");
  for (const name of readdirSync(join(root, "etc", "ssh"))) {
    if (name.startsWith("ssh_host_")) rmSync(join(root, "etc", "ssh", name));
  }
  writeFileSync(
    join(root, "etc", "ssh", "sshd_config.d", "lab.conf"),
    "UseDNS no\nHostKey /etc/ssh/ssh_host_ed25519_key\nPasswordAuthentication no\n",
  );
  writeFileSync(join(root, "etc", "hosts"), "127.0.0.1 localhost\n");
  // Nothing there answers names; without this each lookup would wait for a time limit.
  writeFileSync(join(root, "etc", "resolv.conf"), "options timeout:1 attempts:1\n");
}

function copyOut(root: string, folder: string): void {
  const boot = join(root, "boot");
  const find = (prefix: string) => {
    const name = readdirSync(boot).find((file) => file.startsWith(prefix));
    if (name === undefined) throw new Error(`the image of the virtual machines has no /boot/${prefix}…`);
    return join(boot, name);
  };
  writeFileSync(join(folder, "vmlinuz"), readFileSync(find("vmlinuz-")));
  writeFileSync(join(folder, "initrd"), readFileSync(find("initrd.img-")));
}
