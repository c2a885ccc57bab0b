import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheKey, ensureCached, readIfExists } from "../toolchain/cache.ts";
import { progress } from "../toolchain/progress.ts";
import { run } from "../toolchain/run.ts";

/** The engine and its dependencies, all from the same suite even if older versions would be sufficient. */
const PACKAGES = ["docker.io", "containerd", "runc", "iptables"];
/** The engine's CLI, if it is a separate package. */
const COMMAND_LINE = "docker-cli";

const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** A file in the layer with the package's version. */
export const PACKAGE_VERSION = "package-version";

/** apt's configuration. Only the archive's address is taken from this machine. */
const SETTINGS = `
Dir::Etc::sourcelist "$1/debian.sources";
Dir::Etc::sourceparts "/dev/null";
Dir::State::lists "$1/lists";
Dir::Cache "$1";
Dir::Log "$1/log";
APT::Sandbox::User "root";
APT::Install-Recommends "false";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
APT::Get::allow-downgrades "true";
Dpkg::Options { "--force-unsafe-io"; "--force-confdef"; "--force-confold"; };
`;

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
  const archive = await debianArchive();
  await run("mkdir", ["-p", ...["lists/partial", "archives/partial", "log", "work"].map((name) => join(work, name))]);
  const source = [
    `Types: deb`,
    `URIs: ${archive}`,
    `Suites: ${suite}`,
    "Components: main",
    `Signed-By: ${KEYRING}`,
    "",
  ];
  writeFileSync(join(work, "debian.sources"), source.join("\n"));
  writeFileSync(join(work, "apt.conf"), SETTINGS.replaceAll("$1", work));
  const env = { ...process.env, APT_CONFIG: join(work, "apt.conf") };
  await run("apt-get", ["update"], { env });
  const wanted = packages.map((name) => `${name}/${suite}`);
  await run("apt-get", ["install", "-y", "--download-only", ...wanted], { env });
  const own = ["--mount", "--propagation", "private"];
  await run("unshare", [...own, "sh", "-ec", INSTALL, "install", work, folder, ...wanted]);
  await run("rm", ["-r", work]);
}

/** Returns the address of the Debian archive that this machine uses. */
async function debianArchive(): Promise<string> {
  const filters = ["Created-By: Packages", "Label: Debian", "Component: main"];
  const look = () => run("apt-get", ["indextargets", "--format", "$(REPO_URI) $(CODENAME)", ...filters]);
  const find = (printed: string) => /^(\S+) [a-z]+$/m.exec(printed)?.[1];
  const found = find(await look()) ?? (await run("apt-get", ["update"]), find(await look()));
  if (!found) throw new Error("lab: apt here knows no archive of Debian to get another Docker Engine from");
  return found;
}
