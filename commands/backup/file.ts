import { accessSync, constants, existsSync } from "node:fs";
import { dirname } from "node:path";

/** Throws if a new file cannot be created there. To be asked before anything is stopped for what it is to hold. */
export function assertNewFile(file: string): void {
  if (existsSync(file)) throw new Error(`${file}: exists already: a backup replaces no other file, give another name`);
  accessSync(dirname(file), constants.W_OK);
}
