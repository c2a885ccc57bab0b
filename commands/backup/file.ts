import { accessSync, constants, existsSync } from "node:fs";
import { dirname } from "node:path";

/** Throws if the file exists or cannot be created. Call it before an engine is stopped for the backup. */
export function assertNewFile(file: string): void {
  if (existsSync(file)) throw new Error(`${file}: exists already: choose another name`);
  try {
    accessSync(dirname(file), constants.W_OK);
  } catch {
    throw new Error(`${file}: its folder is missing or not writable: create it, or choose another`);
  }
}
