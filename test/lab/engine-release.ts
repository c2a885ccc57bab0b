import { cpSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../toolchain/run.ts";
import { writeIndex } from "./bare.ts";
import type { LabHost } from "./host.ts";
import { UNCOVER_START_SCRIPT } from "./start-script.ts";

const PACKAGE = "docker.io";
const DOCKERD = "/usr/sbin/dockerd";

/** A later version of Docker Engine, made up: the installed one under another number. */
export interface EngineRelease {
  /** Folder that apt can take for a repository. */
  repository: string;
  /** The package's versions. */
  from: string;
  to: string;
  /** What the engine calls its own version, then. */
  engineVersion: string;
}

/**
 * Makes a later version of the package that this machine has installed: the same files, but its engine says the new
 * version, so that an engine that answers tells which package it is of.
 *
 * @param folder where it is made; all machines of a lab see it
 */
export async function makeRelease(folder: string): Promise<EngineRelease> {
  const from = await run("dpkg-query", ["--show", "--showformat", "${Version}", PACKAGE]);
  const [, former = ""] = /^(?:\d+:)?(.*)-[^-]*-?/.exec(from) ?? [];
  const [upstream = ""] = /^(\d+\.\d+\.\d+)/.exec(former) ?? [];
  const next = upstream.replace(/\d$/, (digit) => String(Number(digit) + 1));
  if (next.length !== upstream.length || next === "") throw new Error(`lab: no later version can be made of ${from}`);
  const to = from.replace(upstream, next);

  const tree = join(folder, "tree");
  mkdirSync(join(tree, "DEBIAN"), { recursive: true });
  const listed = (await run("dpkg-query", ["--listfiles", PACKAGE])).split("\n");
  const files = listed.filter((path) => existsSync(path) && !statSync(path).isDirectory());
  const list = join(folder, "files");
  writeFileSync(list, files.map((path) => path.slice(1)).join("\n"));
  await run("sh", ["-ec", 'tar -C / -c -T "$0" | tar -C "$1" -x', list, tree]);
  const control = await run("dpkg-query", ["--status", PACKAGE]);
  const fields = control.replace(/^Status: .*\n/m, "").replace(/^Conffiles:\n(?: .*\n)+/m, "");
  writeFileSync(join(tree, "DEBIAN", "control"), `${fields.replace(`Version: ${from}`, `Version: ${to}`).trimEnd()}\n`);
  for (const part of ["conffiles", "preinst", "postinst", "prerm", "postrm"]) {
    const file = `/var/lib/dpkg/info/${PACKAGE}.${part}`;
    if (existsSync(file)) cpSync(file, join(tree, "DEBIAN", part));
  }
  writeFileSync(join(tree, DOCKERD), renumbered(readFileSync(DOCKERD), upstream, next), { mode: 0o755 });

  const repository = join(folder, "repository");
  mkdirSync(repository);
  await run("dpkg-deb", ["-Znone", "--build", tree, repository]);
  await writeIndex(repository);
  return { repository, from, to, engineVersion: next };
}

/** A program in which every mention of a version is one of another, of the same length. */
function renumbered(program: Buffer, former: string, next: string): Buffer {
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
