import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../toolchain/run.ts";
import { writePackageIndex } from "./uninstall-engine.ts";
import type { LabHost } from "./host.ts";
import { UNCOVER_START_SCRIPT } from "./start-script.ts";

/** The engine, and its command line where that is a package of its own, which goes with it. */
const PACKAGES = ["docker.io", "docker-cli"];
const DOCKERD = "/usr/sbin/dockerd";

/** A later version of Docker Engine, made up: the installed one under another number. */
export interface EngineRelease {
  /** Folder that apt can take for a repository. */
  repository: string;
  /** The package's versions. */
  from: string;
  to: string;
  /** What the engine calls its own version, then and now. */
  engineFrom: string;
  engineVersion: string;
}

/**
 * Lays out an installed package again, in a view of the disk without the lab's own start script. Arguments are a folder
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
 * Makes a later version of the package that a machine has installed: the same files, but its engine says the new
 * version, so that an engine that answers tells which package it is of.
 *
 * @param folder where it is made; all machines of a lab see it
 */
export async function createRelease(host: LabHost, folder: string): Promise<EngineRelease> {
  const installed = await listInstalled(host);
  const from = installed["docker.io"] ?? "";
  const [upstream = ""] = /^(\d+\.\d+\.\d+)/.exec(from) ?? [];
  const next = upstream.replace(/\d$/, (digit) => String(Number(digit) + 1));
  if (next.length !== upstream.length || next === "") throw new Error(`lab: no later version can be made of ${from}`);
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

/** Versions of the packages that a machine has, by their names. */
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

/** A program in which every mention of a version is one of another, of the same length. */
function replaceVersion(program: Buffer, former: string, next: string): Buffer {
  for (let at = program.indexOf(former); at >= 0; at = program.indexOf(former, at + 1)) program.write(next, at);
  return program;
}

/**
 * Has a machine's own start script run its engine, as installing the package would, with the settings that it has; and
 * its package manager know a release.
 */
export async function offerRelease(host: LabHost, { repository }: EngineRelease): Promise<void> {
  const running = await host.run("sh", "-ec", "tr '\\0' ' ' < /proc/$(cat /run/docker.pid)/cmdline");
  const [, ...settings] = running.trim().split(" ");
  await host.stopEngine();
  const files: Record<string, string> = {
    "/etc/apt/sources.list": `deb [trusted=yes] file:${repository} ./\n`,
    // What is written beside is the machine's own, as /run is. Nobody minds its being lost with the power.
    "/etc/apt/apt.conf.d/99lab": 'APT::Sandbox::User "root";\nDir::Cache "/run";\nDir::Log "/run";\n',
    "/etc/dpkg/dpkg.cfg.d/lab": "log /run/dpkg.log\nforce-unsafe-io\n",
    // It may not raise limits here.
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
