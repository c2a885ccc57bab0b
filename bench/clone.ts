import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../toolchain/cache.ts";
import { run } from "../toolchain/run.ts";
import { RUNS, measureSeconds, withCleanup } from "./measure.ts";
import { downWithData, up } from "./npm.ts";
import type { Measurement } from "./report.ts";

/** Measures `npm run up` in fresh clones: with warm caches, and with `cold` once with empty ones. */
export async function benchClone(stack: string, cold: boolean): Promise<Measurement[]> {
  const warm: number[] = [];
  for (let runs = 0; runs < RUNS; runs++) warm.push(await inClone((folder) => upTime(stack, folder, process.env)));
  const measured: Measurement[] = [{ what: "npm run up in a fresh clone, caches warm", seconds: warm }];
  if (cold) {
    const seconds = await inClone((folder) => upTime(stack, folder, emptyCaches(`${folder}-caches`)));
    measured.push({ what: "npm run up in a fresh clone, caches empty", seconds: [seconds] });
  }
  return measured;
}

function upTime(stack: string, folder: string, env: NodeJS.ProcessEnv): Promise<number> {
  return withCleanup(
    () => measureSeconds(() => up(stack, folder, env)),
    () => downWithData(stack, folder, env),
  );
}

/** Clones the committed files, runs the work, and removes the clone. */
async function inClone(work: (folder: string) => Promise<number>): Promise<number> {
  const parent = mkdtempSync(join(tmpdir(), "pulumi-swarm-bench-"));
  return await withCleanup(
    async () => {
      const folder = join(parent, "clone");
      await run("git", ["clone", "--quiet", ROOT, folder]);
      return await work(folder);
    },
    async () => {
      // Go makes its module cache read-only.
      await run("chmod", ["-R", "u+w", parent]);
      rmSync(parent, { recursive: true, force: true });
    },
  );
}

/** Sets empty folders for every cache: ours, npm's and Go's. The engine keeps its images. */
function emptyCaches(folder: string): NodeJS.ProcessEnv {
  mkdirSync(folder);
  return {
    ...process.env,
    XDG_CACHE_HOME: join(folder, "cache"),
    npm_config_cache: join(folder, "npm"),
    GOMODCACHE: join(folder, "go-modules"),
    GOCACHE: join(folder, "go-build"),
  };
}
