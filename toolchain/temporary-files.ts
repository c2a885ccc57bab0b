import { randomBytes } from "node:crypto";
import { closeSync, fstatSync, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exitBySignal, onTerminationSignal } from "./signals.ts";

/** Runs `work` with a temporary folder. Removes the folder afterwards, even if a signal ends this process. */
export async function withTemporaryFolder<T>(prefix: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  // Without a listener, a signal ends the process at once. If there is another listener, it decides.
  const stop = onTerminationSignal((signal) => {
    if (process.listenerCount(signal) === 1) exitBySignal(signal);
  });
  process.on("exit", remove);
  try {
    return await work(folder);
  } finally {
    stop();
    process.removeListener("exit", remove);
    remove();
  }
}

/** A file without a name: its contents are gone when the last process that has it open ends, even by SIGKILL. */
export interface UnlinkedFile {
  /** For `files` of `run`. */
  descriptor: number;
  /** Returns all of its contents. */
  text(): string;
  close(): void;
}

/** The path of such a file in a program that has it as descriptor 3. */
export const DESCRIPTOR_3 = "/dev/fd/3";

/**
 * Creates a file and removes its name before anything is written to it.
 *
 * @param prefix prefix of its temporary name
 */
export function createUnlinkedFile(folder: string, prefix: string): UnlinkedFile {
  const path = join(folder, `${prefix}${randomBytes(6).toString("hex")}`);
  const descriptor = openSync(path, "wx+", 0o600);
  rmSync(path, { force: true });
  return {
    descriptor,
    text() {
      const bytes = Buffer.alloc(fstatSync(descriptor).size);
      let at = 0;
      while (at < bytes.length) {
        const read = readSync(descriptor, bytes, at, bytes.length - at, at);
        if (read === 0) break;
        at += read;
      }
      return bytes.toString("utf8", 0, at);
    },
    close: () => closeSync(descriptor),
  };
}
