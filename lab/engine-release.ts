import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../toolchain/run.ts";
import { writePackageIndex } from "./uninstall-engine.ts";
import type { LabHost } from "./host.ts";
import { UNCOVER_START_SCRIPT } from "./start-script.ts";

/** The engine, and its CLI if it is a separate package of the same version. */
const PACKAGES = ["docker.io", "docker-cli"];
const DOCKERD = "/usr/sbin/dockerd";

/** A fictitious newer version of Docker Engine: the installed one with another version number. */
export interface EngineRelease {
  /** Folder that is a repository for apt. */
  repository: string;
  /** The package's versions. */
  from: string;
  to: string;
  /** The versions that the engine reports, before and after an upgrade. */
  engineFrom: string;
  engineVersion: string;
}

/**
 * Unpacks an installed package to a folder, in a mount namespace without the lab's init script. Arguments are the folder
 * and the package.
 */
const UNPACK = `
${UNCOVER_START_SCRIPT}
mkdir -p "$0/DEBIAN"
dpkg-query --listfiles "$1" | while read -r path; do
  if [ -e "$path" ] && [ ! -d "$path" ]; then echo "\${path#/}"; fi
done | tar -C / -c -T - | tar -C "$0" -x
dpkg-query --status "$1" >"$0/DEBIAN/control"
for part in conffiles preinst postinst prerm postrm; do
  if [ -e "/var/lib/dpkg/info/$1.$part" ]; then cp "/var/lib/dpkg/info/$1.$part" "$0/DEBIAN/$part"; fi
done
`;

/**
 * Creates a newer version of a host's installed package with the same files, except that the engine reports the new
 * version.
 *
 * @param folder where it is created, visible to all hosts of a lab
 */
export async function createRelease(host: LabHost, folder: string): Promise<EngineRelease> {
  const installed = await listInstalled(host);
  const from = installed["docker.io"] ?? "";
  const [upstream = ""] = /^(\d+\.\d+\.\d+)/.exec(from) ?? [];
  const next = upstream.replace(/\d$/, (digit) => String(Number(digit) + 1));
  if (next.length !== upstream.length || next === "") throw new Error(`lab: cannot create a later version of ${from}`);
  const to = from.replace(upstream, next);

  const repository = join(folder, "repository");
  mkdirSync(repository);
  for (const name of PACKAGES.filter((each) => installed[each] === from)) {
    const tree = join(folder, name);
    await host.run("unshare", "--mount", "sh", "-ec", UNPACK, tree, name);
    const control = join(tree, "DEBIAN", "control");
    const fields = readFileSync(control, "utf8")
      .replace(/^Status: .*\n/m, "")
      .replace(/^Conffiles:\n(?: .*\n)+/m, "");
    writeFileSync(control, `${fields.replace(`Version: ${from}`, `Version: ${to}`).trimEnd()}\n`);
    const dockerd = join(tree, DOCKERD);
    if (existsSync(dockerd)) writeFileSync(dockerd, replaceVersion(readFileSync(dockerd), upstream, next));
    await run("dpkg-deb", ["-Znone", "--build", tree, repository]);
  }
  await writePackageIndex(repository);
  const [engineFrom = ""] = (await host.engine.info()).ServerVersion.split("+");
  return { repository, from, to, engineFrom, engineVersion: engineFrom.replace(upstream, next) };
}

/** Returns the versions of a host's installed packages, by name. */
async function listInstalled(host: LabHost): Promise<Record<string, string>> {
  const format = "${db:Status-Status} ${Package} ${Version}\\n";
  const printed = await host.run(
    "sh",
    "-c",
    'dpkg-query --show --showformat "$@" 2>/dev/null || true',
    "sh",
    format,
    ...PACKAGES,
  );
  const lines = printed.split("\n").map((line) => line.split(" "));
  return Object.fromEntries(
    lines.flatMap(([status, name = "", version = ""]) => (status === "installed" ? [[name, version]] : [])),
  );
}

/** Replaces a version in a program with another one of the same length, in place. */
function replaceVersion(program: Buffer, previous: string, next: string): Buffer {
  for (let at = program.indexOf(previous); at >= 0; at = program.indexOf(previous, at + 1)) program.write(next, at);
  return program;
}

/**
 * Makes a release available to a host's package manager, and runs its engine with the package's init script and the
 * current settings, as after installing the package.
 */
export async function offerRelease(host: LabHost, { repository }: EngineRelease): Promise<void> {
  const running = await host.run("sh", "-ec", "tr '\\0' ' ' < /proc/$(cat /run/docker.pid)/cmdline");
  const [, ...settings] = running.trim().split(" ");
  await host.stopEngine();
  const files: Record<string, string> = {
    "/etc/apt/sources.list": `deb [trusted=yes] file:${repository} ./\n`,
    // Caches and logs go to /run, which each host has to itself and may lose in a power cut.
    "/etc/apt/apt.conf.d/99lab": 'APT::Sandbox::User "root";\nDir::Cache "/run";\nDir::Log "/run";\n',
    "/etc/dpkg/dpkg.cfg.d/lab": "log /run/dpkg.log\nforce-unsafe-io\n",
    // The script has no permission to raise limits here.
    "/etc/default/docker": `DOCKER_OPTS="${settings.join(" ")}"\nDOCKER_LOGFILE=/run/docker.log\nulimit() { :; }\n`,
  };
  const script = [
    UNCOVER_START_SCRIPT,
    "rm -rf /etc/apt/sources.list.d/* /var/lib/apt/lists/*",
    ...Object.entries(files).map(([path, text]) => `cat >${path} <<'END'\n${text}\nEND`),
    "service docker start",
    "for try in $(seq 100); do docker info >/dev/null 2>&1 && exit 0; sleep 0.1; done; cat /run/docker.log; exit 1",
  ];
  await host.run("sh", "-ec", script.join("\n"));
}
