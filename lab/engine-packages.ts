import { join } from "node:path";
import { cacheKey, ensureCached, readIfExists } from "../toolchain/cache.ts";
import { progress } from "../toolchain/progress.ts";
import { run } from "../toolchain/run.ts";
import { downloadFromSuite, SETTINGS } from "./debian-suite.ts";

/** The engine and its dependencies, all from the same suite even if older versions would be sufficient. */
const PACKAGES = ["docker.io", "containerd", "runc", "iptables"];
/** The engine's CLI, if it is a separate package. */
const COMMAND_LINE = "docker-cli";

/** A file in the layer with the package's version. */
export const PACKAGE_VERSION = "package-version";

/**
 * Installs packages over this machine's system, and saves the changed files to a separate folder. Arguments are a work
 * folder, the result folder and the packages. Starts nothing, and does not change the machine.
 */
const INSTALL = `
mount -t tmpfs tmpfs "$1/work"
mkdir "$1/work/changed" "$1/work/overlay" "$1/work/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/work/changed,workdir=$1/work/overlay" "$1/work/root"
root=$1/work/root
for each in proc sys dev; do mount --rbind /$each "$root/$each"; done
mount -t tmpfs tmpfs "$root/run"
mkdir -p "$root$1"
mount --bind "$1" "$root$1"
printf '#!/bin/sh\\nexit 101\\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
export APT_CONFIG="$1/apt.conf" DEBIAN_FRONTEND=noninteractive
folder=$1 result=$2
shift 2
chroot "$root" apt-get install -y --no-download "$@"
rm "$root/usr/sbin/policy-rc.d"
chroot "$root" dpkg-query --show --showformat '\${Version}' "\${1%/*}" >"$result/${PACKAGE_VERSION}"
mkdir "$result/var"
cp -a "$folder/work/changed/etc" "$folder/work/changed/usr" "$result"
cp -a "$folder/work/changed/var/lib" "$result/var"
`;

/**
 * Returns a folder with the files that installing Docker Engine from a suite of Debian changes in `/etc`, `/usr` and
 * `/var/lib`, to mount over this machine's. Cached: later calls return the version of the first one.
 *
 * @param suite such as `trixie`
 * @param hasCommandLine whether the engine's package contains the CLI
 */
export async function ensureDebianEngine(suite: string, hasCommandLine = false): Promise<string> {
  const packages = [...PACKAGES, ...(hasCommandLine ? [] : [COMMAND_LINE])];
  const system = /^VERSION_ID="?([\w.]+)/m.exec(readIfExists("/etc/os-release") ?? "")?.[1] ?? "unknown";
  return ensureCached({
    name: "lab-engine",
    key: cacheKey(suite, [system, SETTINGS, INSTALL, ...packages]),
    create: (folder) =>
      progress(`getting Docker Engine of Debian ${suite} for labs`, () => install(suite, packages, folder)),
  });
}

async function install(suite: string, packages: readonly string[], folder: string): Promise<void> {
  const work = join(folder, "install");
  await run("mkdir", ["-p", join(work, "work")]);
  const wanted = await downloadFromSuite(suite, packages, work);
  const own = ["--mount", "--propagation", "private"];
  await run("unshare", [...own, "sh", "-ec", INSTALL, "install", work, folder, ...wanted]);
  await run("rm", ["-r", work]);
}
