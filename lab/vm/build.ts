import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheKey, ensureCached } from "../../toolchain/cache.ts";
import { progress } from "../../toolchain/progress.ts";
import { run } from "../../toolchain/run.ts";

/** What a machine of the lab boots from. Shared by all of them: each writes on a layer of its own. */
export interface MachineImage {
  kernel: string;
  initrd: string;
  disk: string;
  /** Folder of what was made beside it. */
  folder: string;
}

export interface ImageSpec {
  /** Its name in the cache. */
  name: string;
  /** For the line that tells of its being built. */
  description: string;
  packages: readonly string[];
  /** Packages that are not installed, but lie in the folder `PACKAGES_FOLDER` of the image with all that they need. */
  offers?: readonly string[];
  /** Files that it is made by and from: a change of any makes another image. */
  files: readonly string[];
  /** Puts into its root folder what the packages do not, and beside it what else it takes. */
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

/** What wakes up by itself and would only cost time under emulation, or set the clock that a test has moved. */
const MASKED_UNITS = [
  "systemd-timesyncd.service",
  "apt-daily.timer",
  "apt-daily-upgrade.timer",
  "e2scrub_all.timer",
  "fstrim.timer",
  "dpkg-db-backup.timer",
  "getty@.service",
];

/** An image of that kind, built from Debian's packages when it is not in the cache. */
export async function ensureImage(spec: ImageSpec): Promise<MachineImage> {
  const words = [...spec.packages, ...(spec.offers ?? [])];
  const key = cacheKey(RELEASE, words, [import.meta.filename, ...spec.files]);
  const folder = await ensureCached({ name: spec.name, key, create: (made) => build(spec, made) });
  const part = (name: string) => join(folder, name);
  return { kernel: part("vmlinuz"), initrd: part("initrd"), disk: part("disk.img"), folder };
}

async function build({ description, packages, offers = [], configure }: ImageSpec, folder: string): Promise<void> {
  const root = join(folder, "root");
  await progress(`building the image of ${description}`, async (tell) => {
    const include = `--include=${[...BASE, ...packages].join(",")}`;
    await run("mmdebstrap", ["--variant=apt", include, ...hooks(offers), RELEASE, root], {
      onLine: (line) => tell(line.slice(0, 60)),
    });
    prepare(root);
    await configure(root, folder);
    copyKernel(root, folder);
    await run("mke2fs", ["-q", "-t", "ext4", "-F", "-d", root, join(folder, "disk.img"), SIZE]);
    rmSync(root, { recursive: true });
  });
}

/** What mmdebstrap runs once all is installed: apt there works on the new root. */
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
  // Every machine has an identity of its own, made at its first boot.
  writeFileSync(join(root, "etc", "machine-id"), "");
  for (const name of readdirSync(join(root, "etc", "ssh"))) {
    if (name.startsWith("ssh_host_")) rmSync(join(root, "etc", "ssh", name));
  }
  writeFileSync(join(root, "etc", "hosts"), "127.0.0.1 localhost\n");
  // Nothing there answers names; without this each lookup would wait for a time limit.
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
