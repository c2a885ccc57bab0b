import { readFileSync } from "node:fs";
import { cpus, freemem, release, totalmem } from "node:os";
import { readIfExists } from "../../toolchain/cache.ts";
import { run } from "../../toolchain/run.ts";

/** Describes this machine in one line. */
export async function machineName(): Promise<string> {
  const [first] = cpus();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  const [, system = "Linux"] = /^PRETTY_NAME="?([^"\n]*)/m.exec(readIfExists("/etc/os-release") ?? "") ?? [];
  const docker = (await run("dockerd", ["--version"]).catch(() => "")).match(/version ([^\s,]+)/)?.[1] ?? "none";
  const processor = `${cpus().length} × ${first?.model.trim() ?? "unknown processor"}`;
  return `${processor}, ${memory}, ${system}, kernel ${release()}, Docker Engine ${docker}`;
}

/** Returns the available memory in MiB. */
export function availableMiB(): number {
  const [, kib] = /^MemAvailable:\s+(\d+)/m.exec(readMeminfo()) ?? [];
  return kib === undefined ? freemem() / 2 ** 20 : Number(kib) / 1024;
}

function readMeminfo(): string {
  return process.platform === "linux" ? readFileSync("/proc/meminfo", "utf8") : "";
}
