import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { readIfExists } from "../toolchain/cache.ts";
import { run } from "../toolchain/run.ts";

/**
 * The disks of one host: file systems in memory, which are fast and have a fixed size. They are mounted on this machine
 * and bind-mounted into the host, so that they survive its power cuts.
 */
export class LabDisks {
  readonly #folder: string;
  readonly #count: number;
  readonly #sizeMib: number;

  /** @param folder where they are mounted on this machine */
  constructor(folder: string, count: number, sizeMib: number) {
    this.#folder = folder;
    this.#count = count;
    this.#sizeMib = sizeMib;
  }

  /** Creates the disks that do not exist yet. */
  async create(): Promise<void> {
    for (const disk of this.#numbers.map((number) => this.#path(number))) {
      mkdirSync(disk, { recursive: true });
      if (!mountsBelow(disk).includes(disk)) {
        await run("mount", ["-t", "tmpfs", "-o", `size=${this.#sizeMib}m,mode=755`, "disk", disk]);
      }
    }
  }

  /** Returns commands that mount them at /mnt/disk1 and so on, in the host's mount namespace. */
  attach(): string[] {
    if (this.#count === 0) return [];
    const binds = this.#numbers.map((number) => {
      return `mkdir /mnt/disk${number} && mount --bind ${this.#path(number)} /mnt/disk${number}`;
    });
    return ["mount -t tmpfs tmpfs /mnt", ...binds];
  }

  /** Makes a disk fail: it becomes read-only and loses its contents, except for its top-level folders. */
  async fail(number: number): Promise<void> {
    // A file system with deleted files that are still open cannot become read-only. Files are closed after a moment, but
    // a top-level folder stays open for as long as a container has it mounted.
    await this.#do(number, 'find "$0" -mindepth 2 -delete; until mount -o remount,ro "$0"; do sleep 0.01; done');
  }

  /** Replaces a disk with an empty one. */
  async replace(number: number): Promise<void> {
    await this.#do(number, 'mount -o remount,rw "$0"; find "$0" -mindepth 1 -delete');
  }

  get #numbers(): number[] {
    return Array.from({ length: this.#count }, (_, at) => at + 1);
  }

  #path(number: number): string {
    if (!this.#numbers.includes(number)) throw new Error(`lab: there is no disk ${number}; there are ${this.#count}`);
    return join(this.#folder, `disk${number}`);
  }

  async #do(number: number, script: string): Promise<void> {
    await run("sh", ["-c", script, this.#path(number)], { timeoutMs: 20_000 });
  }
}

/** Unmounts everything at or below a folder. */
export async function unmountBelow(folder: string): Promise<void> {
  for (const path of mountsBelow(folder)) await run("umount", ["--lazy", path]);
}

/** Lists mounts at or below a folder, the last mounted first. */
function mountsBelow(folder: string): string[] {
  const paths = (readIfExists("/proc/self/mountinfo") ?? "").split("\n").map((line) => line.split(" ")[4] ?? "");
  return paths.filter((path) => path === folder || path.startsWith(`${folder}/`)).toReversed();
}
