import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./cache.ts";

/** SHA-256 sums of released files by file name. `npm run checksums` writes it. */
export const CHECKSUMS_FILE = "toolchain/checksums.json";

/** Returns the SHA-256 of a released file in hex; undefined if this repository does not have it. */
export function storedChecksum(file: string): string | undefined {
  return readChecksums()[file];
}

export function readChecksums(): Record<string, string> {
  return JSON.parse(readFileSync(join(ROOT, CHECKSUMS_FILE), "utf8")) as Record<string, string>;
}
