import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheKey, ensureCached } from "../../toolchain/cache.ts";
import { progress } from "../../toolchain/progress.ts";
import { run } from "../../toolchain/run.ts";

/** The image from which virtual machines boot. Shared: each machine writes to its own layer. */
export interface MachineImage {
  kernel: string;
  initrd: string;
  disk: string;
  /** Folder of other files created with it. */
  folder: string;
}

export interface ImageSpec {
  /** The image's name in the cache. */
  name: string;
  /** Description for the progress output. */
  description: string;
  packages: readonly string[];
  /** Packages that are stored with their dependencies in the image's `PACKAGES_FOLDER`, but not installed. */
  offers?: readonly string[];
  /** Files that determine the image: a change of one of them builds a new image. */
  files: readonly string[];
  /** Adds files to the image's root, and other files to the folder. */
  configure: (root: string, folder: string) => void | Promise<void>;
}

export const RELEASE = "bookworm";
export const PACKAGES_FOLDER = "/srv/debian";

const BASE = [
  "linux-image-cloud-amd64",
  ...["systemd-sysv", "udev", "kmod", "iproute2", "ca-certificates", "e2fsprogs", "procps", "util-linux"],
  ...["openssh-server", "sudo"],
];
const SIZE = "5G";

/** Units that would only cost time under emulation, or reset a clock that a test has changed. */
const MASKED_UNITS = [
  "systemd-timesyncd.service",
  "apt-daily.timer",
  "apt-daily-upgrade.timer",
  "e2scrub_all.timer",
  "fstrim.timer",
  "dpkg-db-backup.timer",
  "getty@.service",
];

/** Returns an image; builds it from Debian's packages if it is not cached. */
export async function ensureImage(spec: ImageSpec): Promise<MachineImage> {
  const words = [...spec.packages, ...(spec.offers ?? [])];
  const key = cacheKey(RELEASE, words, [import.meta.filename, ...spec.files]);
  const folder = await ensureCached({ name: spec.name, key, create: (made) => build(spec, made) });
  const part = (name: string) => join(folder, name);
  return { kernel: part("vmlinuz"), initrd: part("initrd"), disk: part("disk.img"), folder };
}

async function build({ description, packages, offers = [], configure }: ImageSpec, folder: string): Promise<void> {
  const root = join(folder, "root");
  await progress(`building the image of ${description}`, async (reportProgress) => {
    const include = `--include=${[...BASE, ...packages].join(",")}`;
    await run("mmdebstrap", ["--variant=apt", include, ...hooks(offers), RELEASE, root], {
      onLine: (line) => reportProgress(line.slice(0, 60)),
    });
    prepare(root);
    await configure(root, folder);
    copyKernel(root, folder);
    await run("mke2fs", ["-q", "-t", "ext4", "-F", "-d", root, join(folder, "disk.img"), SIZE]);
    rmSync(root, { recursive: true });
  });
}

/** Returns hooks that mmdebstrap runs after the installation, with apt configured for the new root. */
function hooks(offers: readonly string[]): string[] {
  if (offers.length === 0) return [];
  const apt = "APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get";
  const download = `${apt} install --yes --download-only --no-install-recommends ${offers.join(" ")}`;
  const keep = `mkdir -p "$1${PACKAGES_FOLDER}" && mv "$1"/var/cache/apt/archives/*.deb "$1${PACKAGES_FOLDER}"`;
  return [`--customize-hook=${apt} clean && ${download} && ${keep}`];
}

function prepare(root: string): void {
  const units = join(root, "etc", "systemd", "system");
  mkdirSync(join(units, "multi-user.target.wants"), { recursive: true });
  for (const unit of MASKED_UNITS) {
    rmSync(join(units, unit), { force: true });
    symlinkSync("/dev/null", join(units, unit));
  }
  // Every machine creates its own identity at its first boot.
  writeFileSync(join(root, "etc", "machine-id"), "");
  for (const name of readdirSync(join(root, "etc", "ssh"))) {
    if (name.startsWith("ssh_host_")) rmSync(join(root, "etc", "ssh", name));
  }
  writeFileSync(join(root, "etc", "hosts"), "127.0.0.1 localhost\n");
  // There is no name server; without this each lookup would time out after seconds.
  writeFileSync(join(root, "etc", "resolv.conf"), "options timeout:1 attempts:1\n");
}

function copyKernel(root: string, folder: string): void {
  const boot = join(root, "boot");
  const find = (prefix: string) => {
    const name = readdirSync(boot).find((file) => file.startsWith(prefix));
    if (name === undefined) throw new Error(`the image of the virtual machines has no /boot/${prefix}…`);
    return join(boot, name);
  };
  writeFileSync(join(folder, "vmlinuz"), readFileSync(find("vmlinuz-")));
  writeFileSync(join(folder, "initrd"), readFileSync(find("initrd.img-")));
}
