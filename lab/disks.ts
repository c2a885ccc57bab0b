import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { readIfExists } from "../toolchain/cache.ts";
import { run } from "../toolchain/run.ts";

/**
 * The disks of one machine: file systems in memory, so that they are fast and of a size of their own. They belong to
 * this machine and are lent to the other, so that they outlive its power cuts.
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

  /** Makes those that are not there yet. */
  async create(): Promise<void> {
    for (const disk of this.#numbers.map((number) => this.#path(number))) {
      mkdirSync(disk, { recursive: true });
      if (!mountsBelow(disk).includes(disk)) {
        await run("mount", ["-t", "tmpfs", "-o", `size=${this.#sizeMib}m,mode=755`, "disk", disk]);
      }
    }
  }

  /** Commands that mount them at /mnt/disk1 and so on, in another view of the disk. */
  attach(): string[] {
    if (this.#count === 0) return [];
    const binds = this.#numbers.map((number) => {
      return `mkdir /mnt/disk${number} && mount --bind ${this.#path(number)} /mnt/disk${number}`;
    });
    return ["mount -t tmpfs tmpfs /mnt", ...binds];
  }

  /** From now on nothing can be written to it, and nothing read but its empty top folders. */
  async fail(number: number): Promise<void> {
    // What is open and gone keeps a file system from becoming read-only: files for a moment, but a top folder for as
    // long as a container has it mounted.
    await this.#do(number, 'find "$0" -mindepth 2 -delete; until mount -o remount,ro "$0"; do sleep 0.01; done');
  }

  /** Puts an empty one in its place. */
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

/** Takes away all that is mounted on this machine at or below a folder. */
export async function unmountBelow(folder: string): Promise<void> {
  for (const path of mountsBelow(folder)) await run("umount", ["--lazy", path]);
}

/** The last mounted first. */
function mountsBelow(folder: string): string[] {
  const paths = (readIfExists("/proc/self/mountinfo") ?? "").split("\n").map((line) => line.split(" ")[4] ?? "");
  return paths.filter((path) => path === folder || path.startsWith(`${folder}/`)).toReversed();
}
