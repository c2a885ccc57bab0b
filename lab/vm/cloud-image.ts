import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type KeyPair, createAuthority } from "../../provider/state/x509.ts";
import { run } from "../../toolchain/run.ts";
import { writePackageIndex } from "../uninstall-engine.ts";
import { type MachineImage, ensureImage, PACKAGES_FOLDER } from "./build.ts";
import { createDockerRepository } from "./docker-repository.ts";

const REPOSITORY = import.meta.resolve("./docker-repository.ts").slice("file://".length);

/** An image like those of clouds: configured by cloud-init, and without Docker Engine. */
export interface CloudImage extends MachineImage {
  /** Folder of a repository with the layout of Docker's. */
  repository: string;
  /** The version of Docker Engine in it. */
  engineVersion: string;
  /** The certificate authority that its machines trust. */
  authority: KeyPair;
}

const AUTHORITY_MS = 3650 * 24 * 60 * 60 * 1000;

/** Files of an EC2 image in addition to Debian's, and replacements for EC2's services. */
const FILES: Readonly<Record<string, string>> = {
  // Only this data source: there is no network for others. Debian's EC2 image configures its data source as well.
  // cloud-init sets a locale, but no locales are installed.
  "etc/cloud/cloud.cfg.d/90_lab.cfg":
    "datasource_list: [NoCloud]\nlocale: C.UTF-8\nsystem_info:\n  network:\n    renderers: [networkd]\n",
  // EC2 has a mirror in each region; here the packages are on disk.
  "etc/apt/sources.list": `deb [trusted=yes] file:${PACKAGES_FOLDER} ./\n`,
  "etc/dpkg/dpkg.cfg.d/lab": "force-unsafe-io\n",
  // Packages would rebuild the initramfs, which takes ten minutes under emulation and is not used.
  "etc/initramfs-tools/update-initramfs.conf": "update_initramfs=no\nbackup_initramfs=no\n",
  // An EBS volume is an NVMe disk of that model, with its id as serial number. QEMU can set only the serial number.
  "etc/udev/rules.d/61-lab-ebs.rules":
    'KERNEL=="nvme*[0-9]n*[0-9]", ENV{DEVTYPE}=="disk", ATTRS{serial}=="vol*", ' +
    'SYMLINK+="disk/by-id/nvme-Amazon_Elastic_Block_Store_$attr{serial}"\n',
};

export async function ensureCloudImage(): Promise<CloudImage> {
  const image = await ensureImage({
    name: "vm-cloud",
    description: "the lab's machines of a cloud",
    packages: ["cloud-init"],
    offers: ["curl", "xfsprogs", "iptables", "apparmor", "docker.io"],
    files: [import.meta.filename, REPOSITORY],
    configure,
  });
  const made = (name: string) => readFileSync(join(image.folder, name), "utf8");
  const authority = { certificate: made("authority.crt"), key: made("authority.key") };
  return { ...image, engineVersion: made("engine-version"), authority, repository: join(image.folder, "docker") };
}

async function configure(root: string, folder: string): Promise<void> {
  for (const [path, content] of Object.entries(FILES)) writeFileSync(join(root, path), content);
  rmSync(join(root, "etc", "apt", "sources.list.d"), { recursive: true, force: true });
  mkdirSync(join(root, "etc", "apt", "sources.list.d"));
  enableNetworkd(root);
  await trustAuthority(root, folder);
  const packages = join(root, PACKAGES_FOLDER);
  const engineVersion = await createDockerRepository(packages, join(folder, "docker"));
  writeFileSync(join(folder, "engine-version"), engineVersion);
  await writePackageIndex(packages);
  // Machines update the package lists when they boot.
  await run("sh", ["-ec", 'rm -rf "$0"/var/lib/apt/lists/*', root]);
}

/** Installs a trusted authority for the repository's certificate. At boot, under emulation, this would take minutes. */
async function trustAuthority(root: string, folder: string): Promise<void> {
  const period = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + AUTHORITY_MS) };
  const { certificate, key } = await createAuthority("lab", period);
  writeFileSync(join(folder, "authority.crt"), certificate);
  writeFileSync(join(folder, "authority.key"), key, { mode: 0o600 });
  writeFileSync(join(root, "usr", "local", "share", "ca-certificates", "lab.crt"), certificate);
  await run("chroot", [root, "update-ca-certificates"]);
}

function enableNetworkd(root: string): void {
  const units = join(root, "etc", "systemd", "system");
  for (const [target, unit] of [
    ["multi-user.target.wants", "systemd-networkd.service"],
    ["network-online.target.wants", "systemd-networkd-wait-online.service"],
  ] as const) {
    mkdirSync(join(units, target), { recursive: true });
    symlinkSync(`/lib/systemd/system/${unit}`, join(units, target, unit));
  }
}
