import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../toolchain/run.ts";

const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** apt's configuration. Only the archive's address is taken from this machine. */
export const SETTINGS = `
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

/** Makes apt download every dependency, even if it is installed here. */
const NOTHING_INSTALLED = `Dir::State::status "$1/status";`;

/** Options of a download. */
export interface DownloadOptions {
  /** Whether to also download dependencies that are installed here. @default false */
  withInstalled?: boolean;
}

/**
 * Downloads packages of a suite of Debian with their dependencies to `archives/` in an existing folder. Signatures are
 * checked. The folder's `apt.conf` has apt's settings.
 *
 * @param suite such as `trixie`
 * @returns the packages as apt's arguments
 */
export async function downloadFromSuite(
  suite: string,
  packages: readonly string[],
  folder: string,
  { withInstalled = false }: DownloadOptions = {},
): Promise<string[]> {
  const archive = await debianArchive();
  await run("mkdir", ["-p", ...["lists/partial", "archives/partial", "log"].map((name) => join(folder, name))]);
  const source = [
    `Types: deb`,
    `URIs: ${archive}`,
    `Suites: ${suite}`,
    "Components: main",
    `Signed-By: ${KEYRING}`,
    "",
  ];
  writeFileSync(join(folder, "debian.sources"), source.join("\n"));
  writeFileSync(join(folder, "status"), "");
  const settings = withInstalled ? `${SETTINGS}${NOTHING_INSTALLED}\n` : SETTINGS;
  writeFileSync(join(folder, "apt.conf"), settings.replaceAll("$1", folder));
  const env = { ...process.env, APT_CONFIG: join(folder, "apt.conf") };
  await run("apt-get", ["update"], { env });
  const wanted = packages.map((name) => `${name}/${suite}`);
  await run("apt-get", ["install", "-y", "--download-only", ...wanted], { env });
  return wanted;
}

/** Lists the files of the downloaded packages. */
export function downloadedPackages(folder: string): string[] {
  const archives = join(folder, "archives");
  return readdirSync(archives).flatMap((name) => (name.endsWith(".deb") ? join(archives, name) : []));
}

/** Returns the address of the Debian archive that this machine uses. */
async function debianArchive(): Promise<string> {
  const filters = ["Created-By: Packages", "Label: Debian", "Component: main"];
  const listTargets = () => run("apt-get", ["indextargets", "--format", "$(REPO_URI) $(CODENAME)", ...filters]);
  const find = (printed: string) => /^(\S+) [a-z]+$/m.exec(printed)?.[1];
  const found = find(await listTargets()) ?? (await run("apt-get", ["update"]), find(await listTargets()));
  if (!found) throw new Error("lab: apt on this machine has no Debian archive from which to get another Docker Engine");
  return found;
}
