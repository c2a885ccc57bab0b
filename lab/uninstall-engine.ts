import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheKey, ensureCached } from "../toolchain/cache.ts";
import { run } from "../toolchain/run.ts";
import type { LabHost } from "./host.ts";
import { UNCOVER_START_SCRIPT } from "./start-script.ts";
import { downloadPackages } from "./tools.ts";

const PACKAGE = "docker.io";

/**
 * Uninstalls a host's Docker Engine. The distribution's package can be installed again from a repository on the host's
 * disk, its only one. The new engine is then reached as before, also from this machine.
 *
 * @throws Error if this machine has no package of the distribution, or cannot download it
 */
export async function uninstallEngine(host: LabHost): Promise<void> {
  const repository = join(host.folder, "packages");
  mkdirSync(repository, { recursive: true });
  await fillRepository(repository);
  await host.stopEngine();
  const settings: Record<string, string> = {
    "/etc/apt/sources.list": `deb [trusted=yes] file:${repository} ./\n`,
    "/etc/apt/apt.conf.d/99lab": 'APT::Sandbox::User "root";\nDir::Cache "/run";\n',
    // The init script must not write outside the host's files, and has no permission to raise limits.
    "/etc/default/docker": "DOCKER_LOGFILE=/run/docker.log\nulimit() { :; }\n",
    "/etc/docker/daemon.json": JSON.stringify({
      hosts: [host.socket, "unix:///run/docker.sock"],
      "data-root": join(host.folder, "docker"),
    }),
  };
  const script = [
    UNCOVER_START_SCRIPT,
    "rm -rf /etc/apt/sources.list.d/* /var/lib/apt/lists/*",
    ...Object.entries(settings).map(([path, text]) => `cat >${path} <<'END'\n${text}\nEND`),
    `dpkg --remove --force-depends --force-unsafe-io ${PACKAGE}`,
  ];
  await host.run("sh", "-ec", script.join("\n"));
}

/** Downloads the package with newer dependencies to the repository, and writes its index. */
async function fillRepository(repository: string): Promise<void> {
  const version = await run("dpkg-query", ["--show", "--showformat", "${Version}", PACKAGE]);
  const packages = await ensureCached({
    name: "lab-engine-package",
    key: cacheKey(version, [PACKAGE]),
    create: async (folder) => void (await downloadPackages(["--reinstall", PACKAGE], folder)),
  });
  cpSync(packages, repository, { recursive: true });
  await writePackageIndex(repository);
}

/** Writes the index of a folder's packages, which makes the folder a repository for apt. */
export async function writePackageIndex(repository: string): Promise<void> {
  const files = readdirSync(repository).filter((name) => name.endsWith(".deb"));
  const entries = await Promise.all(files.map((name) => indexEntry(repository, name)));
  writeFileSync(join(repository, "Packages"), entries.join("\n"));
}

async function indexEntry(repository: string, name: string): Promise<string> {
  const file = join(repository, name);
  const content = readFileSync(file);
  const sum = createHash("sha256").update(content).digest("hex");
  const lines = [await run("dpkg-deb", ["--field", file]), `Filename: ./${name}`, `Size: ${content.length}`];
  return [...lines, `SHA256: ${sum}`, ""].join("\n");
}
