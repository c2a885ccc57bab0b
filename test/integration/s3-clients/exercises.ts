import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unpackPackages } from "../../../lab/tools.ts";
import { cacheKey, ensureCached, ROOT } from "../../../toolchain/cache.ts";
import { progress } from "../../../toolchain/progress.ts";
import { run } from "../../../toolchain/run.ts";
import { BOTO3 } from "../../../toolchain/versions.ts";

/** An S3 endpoint, and a bucket that does not exist yet. */
export interface ExerciseTarget {
  endpoint: string;
  bucket: string;
  user: string;
  password: string;
}

/** Uses an endpoint and returns what the client saw: equal for two endpoints of a store that behave the same. */
export type Exercise = (target: ExerciseTarget) => Promise<unknown>;

/** Runs `boto3_exercise.py`: one entry for each request. */
export const exerciseBoto3: Exercise = async (target) => {
  const script = join(ROOT, "test", "integration", "s3-clients", "boto3_exercise.py");
  const lib = await ensureCached({ name: "boto3", key: cacheKey(BOTO3, ["boto3"]), create: installBoto3 });
  return inFolder(async (folder) => {
    const env = { ...environment(target, folder), PYTHONPATH: lib, PYTHONDONTWRITEBYTECODE: "1" };
    const output = await run("python3", [script, target.endpoint, target.bucket], { cwd: folder, env });
    return JSON.parse(output) as unknown;
  });
};

/** Copies a folder to the bucket, lists, compares and moves the objects, and copies them back. */
export const exerciseRclone: Exercise = async (target) => {
  const program = join(await ensurePrograms(), "usr/bin/rclone");
  return inFolder(async (folder) => {
    const [sent, received] = [join(folder, "sent"), join(folder, "received")];
    writeFiles(sent);
    const remote = `:s3:${target.bucket}`;
    const env = {
      ...environment(target, folder),
      RCLONE_CONFIG: "",
      RCLONE_RETRIES: "1",
      RCLONE_S3_PROVIDER: "Minio",
      RCLONE_S3_ENV_AUTH: "true",
      RCLONE_S3_ENDPOINT: target.endpoint,
    };
    const rclone = (...args: string[]) => run(program, args, { env });
    const own = ["--metadata", "--metadata-set", "author=a"];
    await rclone("copy", sent, remote, "--s3-upload-cutoff=5M", "--s3-chunk-size=5M", ...own);
    await rclone("check", sent, remote, "--download");
    await rclone("moveto", `${remote}/text.txt`, `${remote}/moved/ä b.txt`);
    await rclone("copy", remote, received);
    const listed = await rclone("lsjson", "--recursive", "--files-only", "--hash", "--metadata", remote);
    return { listed: JSON.parse(listed, withoutTimes) as unknown, received: hashFiles(received) };
  });
};

/** Ignores the times of access and creation, which each copy changes. */
function withoutTimes(key: string, value: unknown): unknown {
  return key === "atime" || key === "btime" ? undefined : value;
}

/** Backs up a folder to the bucket, verifies all data, and restores it. */
export const exerciseRestic: Exercise = async (target) => {
  const program = join(await ensurePrograms(), "usr/bin/restic");
  return inFolder(async (folder) => {
    const [saved, restored] = [join(folder, "saved"), join(folder, "restored")];
    writeFiles(saved);
    const env = {
      ...environment(target, folder),
      RESTIC_REPOSITORY: `s3:${target.endpoint}/${target.bucket}/repository`,
      RESTIC_PASSWORD: "exercise",
      RESTIC_CACHE_DIR: join(folder, "cache"),
    };
    const restic = (...args: string[]) => run(program, args, { env, cwd: saved });
    await restic("init");
    await restic("backup", ".");
    writeFileSync(join(saved, "added"), "added");
    await restic("backup", ".");
    await restic("check", "--read-data");
    await restic("forget", "--keep-last", "1", "--prune");
    await restic("restore", "latest", "--target", restored);
    return hashFiles(restored);
  });
};

/** Every exercise by the name of its client. */
export const EXERCISES: Readonly<Record<string, Exercise>> = {
  boto3: exerciseBoto3,
  rclone: exerciseRclone,
  restic: exerciseRestic,
};

/** Fetches the clients that this machine lacks, so that tests do not wait for them. */
export async function prepareClients(): Promise<void> {
  await ensureCached({ name: "boto3", key: cacheKey(BOTO3, ["boto3"]), create: installBoto3 });
  await ensurePrograms();
}

const PROGRAMS = ["rclone", "restic"];

/** Returns a folder with the programs of Debian's packages. */
function ensurePrograms(): Promise<string> {
  return ensureCached({
    name: "s3-clients",
    key: cacheKey("debian", PROGRAMS),
    create: (folder) => progress(`fetching ${PROGRAMS.join(" and ")}`, () => unpackPackages(PROGRAMS, folder)),
  });
}

async function installBoto3(folder: string): Promise<void> {
  await progress(`fetching boto3 ${BOTO3} from PyPI`, () =>
    run("python3", [
      "-m",
      "pip",
      "install",
      "-q",
      "--disable-pip-version-check",
      "--target",
      folder,
      `boto3==${BOTO3}`,
    ]),
  );
}

/** Works in a new folder, which is removed afterwards. */
async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-s3-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Without this machine's settings of S3 clients. */
function environment({ user, password }: ExerciseTarget, home: string): NodeJS.ProcessEnv {
  return { PATH: process.env["PATH"], HOME: home, AWS_ACCESS_KEY_ID: user, AWS_SECRET_ACCESS_KEY: password };
}

/** Writes the same files, with the same times, on every call. */
function writeFiles(folder: string): void {
  const files: Record<string, Buffer> = {
    "text.txt": Buffer.from("text\n".repeat(1000)),
    empty: Buffer.alloc(0),
    "with space/ä+ö %2F.bin": bytes(70_000),
    "large.bin": bytes(12 * 1024 * 1024 + 1),
    ...Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`small/${at}`, bytes(at * 100)])),
  };
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, content);
    utimesSync(path, 1_700_000_000, 1_700_000_000.125);
  }
}

/** Returns bytes that no proxy can compress. */
function bytes(length: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 64) }, (_, at) =>
    createHash("sha512").update(`${length} ${at}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, length);
}

/** Returns the SHA-256 of each file below the folder. */
function hashFiles(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const hashes = files.map(({ parentPath, name }) => {
    const path = join(parentPath, name);
    return [path.slice(folder.length + 1), createHash("sha256").update(readFileSync(path)).digest("hex")] as const;
  });
  return Object.fromEntries(hashes.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
