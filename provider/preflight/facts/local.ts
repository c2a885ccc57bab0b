import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { cutOff } from "../../../engine/cancellation.ts";
import { parseSections, SECTION_FUNCTION } from "../../../engine/shell-quoting.ts";
import { DRIVE_FUNCTION, driveCommands } from "./drive.ts";
import { FACT_FILES, type MachineFacts, parseFactFiles } from "./machine.ts";

/**
 * Reads the facts of this machine. Linux only.
 *
 * @param folders the folders of its drives
 */
export async function readLocalFacts(folders: readonly string[]): Promise<MachineFacts> {
  const files = Object.entries(FACT_FILES).map(
    async ([section, path]) => [section, await readFile(path, "utf8").catch(() => "")] as const,
  );
  return parseFactFiles(new Map([...(await readDrives(folders)), ...(await Promise.all(files))]));
}

async function readDrives(folders: readonly string[]): Promise<Map<string, string>> {
  if (folders.length === 0) return new Map();
  const script = [SECTION_FUNCTION, DRIVE_FUNCTION, driveCommands(folders), "exit 0"].join("\n");
  const { stdout } = await promisify(execFile)("sh", ["-c", script], { signal: cutOff() });
  return parseSections(stdout);
}
