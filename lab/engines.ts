import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheKey, ensureCached, readIfExists } from "../toolchain/cache.ts";
import { ensureMoby } from "../toolchain/moby.ts";
import { run } from "../toolchain/run.ts";
import { MOBY_ENGINE } from "../toolchain/versions.ts";
import { ensureDebianEngine, PACKAGE_VERSION } from "./engine-packages.ts";
import { canUnpackPackages } from "./tools.ts";

/** The engines that the hosts of a lab run, in the format of `--engine`. */
export const ENGINE_VARIABLE = "PULUMI_SWARM_LAB_ENGINE";

/** Folders with an engine's files to mount over this machine's system; earlier ones take precedence. */
type Layers = readonly string[];

/** The source of each engine, the newest first. */
const SOURCES = {
  "29": ensureNewestEngine,
  "28.5": () => ensurePackagedEngine("forky", "28.5"),
  "26.1": () => ensurePackagedEngine("trixie", "26.1"),
  "20.10": () => ensurePackagedEngine("bookworm", "20.10", true),
} satisfies Record<string, () => Promise<Layers>>;

export type EngineVersion = keyof typeof SOURCES;

/** The versions of Docker Engine that labs can run, the newest first. */
export const ENGINES = Object.keys(SOURCES) as EngineVersion[];

/**
 * Parses a list of versions: `29`, or `28.5,29`.
 *
 * @param name the option or variable, for the error message
 */
export function parseEngineVersions(name: string, text: string): EngineVersion[] {
  return text.split(",").map((version) => {
    const known = ENGINES.find((engine) => engine === version.trim());
    if (known) return known;
    throw new Error(`${name} "${text}": must be one of ${ENGINES.join(", ")}, or a list of them such as 28.5,29`);
  });
}

/** Returns the engines of the environment variable; undefined if it is not set. */
export function getEnvironmentEngines(): EngineVersion[] | undefined {
  const text = process.env[ENGINE_VARIABLE];
  return text ? parseEngineVersions(ENGINE_VARIABLE, text) : undefined;
}

/**
 * Makes the newest engine the default for labs of this process and its child processes, unless the environment variable
 * names another, or this machine can only run its own. Builds it if it is missing. Returns a line that names the
 * choice.
 */
export async function useNewestEngine(): Promise<string> {
  const chosen = getEnvironmentEngines();
  if (chosen) return `labs run Docker Engine ${chosen.join(", ")}, set by ${ENGINE_VARIABLE}`;
  const reason = enginesUnavailableReason();
  if (reason !== undefined) return `labs run this machine's Docker Engine ${await installedVersion()}: ${reason}`;
  const [newest] = ENGINES;
  await ensureEngineLayers(newest!);
  process.env[ENGINE_VARIABLE] = newest;
  return `labs run Docker Engine ${newest}`;
}

/** Returns why this machine cannot run engines other than its own; undefined if it can. */
export function enginesUnavailableReason(): string | undefined {
  const id = /^ID="?([\w-]+)/m.exec(readIfExists("/etc/os-release") ?? "")?.[1] ?? "an unknown system";
  return id === "debian" && canUnpackPackages()
    ? undefined
    : `other Docker Engines are packages of Debian, and this is ${id}`;
}

/** Returns the layers of an engine, and creates them if missing. None are needed for this machine's own engine. */
export async function ensureEngineLayers(version: EngineVersion): Promise<Layers> {
  if (await isInstalledEngine(version)) return [];
  const problem = enginesUnavailableReason();
  if (problem !== undefined) throw new Error(`engine "${version}": ${problem}`);
  return SOURCES[version]();
}

async function isInstalledEngine(version: EngineVersion): Promise<boolean> {
  return (await installedVersion()).startsWith(`${version}.`);
}

/** `Docker version 28.5.2+dfsg4, build …` */
async function installedVersion(): Promise<string> {
  return /version ([\w.+-]+)/.exec(await run("dockerd", ["--version"]))?.[1] ?? "unknown";
}

/** @throws if the suite has moved on to another version. */
async function ensurePackagedEngine(suite: string, version: string, hasCommandLine = false): Promise<Layers> {
  const layer = await ensureDebianEngine(suite, hasCommandLine);
  const has = readFileSync(join(layer, PACKAGE_VERSION), "utf8");
  if (has.startsWith(`${version}.`)) return [layer];
  throw new Error(`engine "${version}": Debian ${suite} has docker.io ${has} now, and no longer ${version}`);
}

/** Builds the newest engine, and uses runc, containerd, docker-init and the CLI of Debian's newest package. */
async function ensureNewestEngine(): Promise<Layers> {
  const below = await ensureDebianEngine("forky");
  const programs = await ensureMoby();
  const packaged = readFileSync(join(below, PACKAGE_VERSION), "utf8");
  const version = `${MOBY_ENGINE.replace("-", "~")}-1`;
  const layer = await ensureCached({
    name: "lab-engine",
    key: cacheKey(MOBY_ENGINE, [programs, below]),
    create: async (folder) => {
      const [sbin, dpkg] = [join(folder, "usr/sbin"), join(folder, "var/lib/dpkg")];
      for (const each of [sbin, dpkg]) mkdirSync(each, { recursive: true });
      for (const name of ["dockerd", "docker-proxy"]) {
        copyFileSync(join(programs, name), join(sbin, name));
        chmodSync(join(sbin, name), 0o755);
      }
      // The host's package manager must report the version that runs.
      const status = readFileSync(join(below, "var/lib/dpkg/status"), "utf8");
      writeFileSync(join(dpkg, "status"), replacePackageVersion(status, "docker.io", packaged, version));
      writeFileSync(join(folder, PACKAGE_VERSION), version);
    },
  });
  return [layer, below];
}

/** Replaces the version of one package in dpkg's list of installed packages. */
export function replacePackageVersion(status: string, name: string, from: string, to: string): string {
  const entries = status.split(/\n(?=Package: )/);
  const at = entries.findIndex(
    (entry) => entry.startsWith(`Package: ${name}\n`) && entry.includes(`\nVersion: ${from}\n`),
  );
  if (at < 0) throw new Error(`lab: dpkg lists no ${name} ${from}`);
  return entries.with(at, entries[at]!.replace(`\nVersion: ${from}\n`, `\nVersion: ${to}\n`)).join("\n");
}
