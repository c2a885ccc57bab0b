import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { cutOff } from "../../../engine/cancellation.ts";
import { parseSections, SECTION_FUNCTION } from "../../../engine/shell-quoting.ts";
import { DRIVE_FUNCTION, driveCommands, type DriveFacts, parseDrives } from "./drive.ts";
import {
  ENGINE_SETTINGS,
  type MachineFacts,
  parseEngineFeatures,
  parseListening,
  parseMounts,
  parseRoutes,
} from "./machine.ts";

/**
 * Reads the facts of this machine. Linux only.
 *
 * @param folders the folders of its drives
 */
export async function readLocalFacts(folders: readonly string[]): Promise<MachineFacts> {
  const [routes, mounts, tcp, tcp6, settings] = await Promise.all(
    ["/proc/net/route", "/proc/self/mountinfo", "/proc/net/tcp", "/proc/net/tcp6", ENGINE_SETTINGS].map(read),
  );
  return {
    routes: parseRoutes(routes!),
    mounts: parseMounts(mounts!),
    listening: [...new Set([...parseListening(tcp!), ...parseListening(tcp6!)])],
    drives: await readLocalDrives(folders),
    engineFeatures: parseEngineFeatures(settings!),
  };
}

async function readLocalDrives(folders: readonly string[]): Promise<Record<string, DriveFacts>> {
  if (folders.length === 0) return {};
  const script = [SECTION_FUNCTION, DRIVE_FUNCTION, driveCommands(folders), "exit 0"].join("\n");
  const { stdout } = await promisify(execFile)("sh", ["-c", script], { signal: cutOff() });
  return parseDrives(parseSections(stdout));
}

/** Machines without IPv6 have no /proc/net/tcp6. */
function read(path: string): Promise<string> {
  return readFile(path, "utf8").catch(() => "");
}
