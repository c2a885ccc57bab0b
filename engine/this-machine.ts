import { spawn } from "node:child_process";
import { readFileSync, realpathSync } from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { cutOff } from "./cancellation.ts";
import { socketPath } from "./connection.ts";
import { type EngineConnection } from "./engine-connection.ts";
import { Engine } from "./engine.ts";
import type { ScriptResult } from "./ssh-shell.ts";
import type { EngineInfo } from "./types.ts";

/** Facts about this machine that show whether an engine shares its network. */
export interface LocalMachine {
  platform: NodeJS.Platform;
  hostname: string;
  /** The content of `/proc/net/unix`: the sockets of this process's network namespace. */
  sockets: string;
  /** Resolves symbolic links. Returns the path itself if it does not exist. */
  real(path: string): string;
}

/**
 * Returns why this machine's firewall does not protect an engine's ports, or undefined if it does.
 *
 * @param ask inspects the engine, if its address is not conclusive
 */
export async function notLocalReason(
  { host }: EngineConnection,
  ask: () => Promise<Pick<EngineInfo, "Name" | "OperatingSystem" | "SecurityOptions">>,
  machine: LocalMachine = thisMachine(),
): Promise<string | undefined> {
  const path = socketPath({ host });
  if (host.startsWith("ssh://")) return `its engine is on another machine, at ${host}`;
  if (path === undefined) return `its engine is reached at ${host}, neither by ssh nor by a socket of this machine`;
  if (machine.platform !== "linux") return `its engine runs in a virtual machine, as always on ${machine.platform}`;
  const info = await ask();
  if (info.OperatingSystem.startsWith("Docker Desktop")) return "its engine is Docker Desktop's, in a virtual machine";
  if (info.SecurityOptions?.some((option) => /\brootless\b/.test(option))) {
    return "its engine runs rootless, in its own network namespace";
  }
  const isHere = info.Name === machine.hostname && isListed(path, machine);
  return isHere ? undefined : `its engine at ${host} is in another network namespace than this process`;
}

/** Inspects the engine and returns why this machine's firewall does not protect its ports, if it does not. */
export function checkEngineIsLocal(connection: EngineConnection, timeoutMs: number): Promise<string | undefined> {
  return notLocalReason(connection, () => new Engine(connection).info(timeoutMs));
}

/** Runs a script of the POSIX shell on this machine. The script and its input are sent over standard input. */
export function runLocalScript(
  script: string,
  options: { input?: string; timeoutMs?: number } = {},
): Promise<ScriptResult> {
  const { input = "", timeoutMs = 60_000 } = options;
  const bytes = Buffer.from(script);
  const reader = `eval "$(dd bs=1 count=${bytes.length} 2>/dev/null)"`;
  return new Promise((resolve, reject) => {
    const child = spawn("sh", ["-c", reader], { stdio: "pipe", timeout: timeoutMs, signal: cutOff() });
    const output = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream].setEncoding("utf8").on("data", (text: string) => (output[stream] += text));
    }
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === null) reject(new Error(`a script on this machine did not end within ${timeoutMs / 1000} s`));
      else resolve({ exitCode: code, ...output });
    });
    // A script may end before it has read its input: ignore the broken pipe.
    child.stdin.on("error", () => {});
    child.stdin.end(Buffer.concat([bytes, Buffer.from(input)]));
  });
}

/** Returns whether this network namespace lists a socket: a socket is listed where it was opened. */
function isListed(path: string, { sockets, real }: LocalMachine): boolean {
  const wanted = real(path);
  const listed = sockets.split("\n").flatMap((line) => / (\/\S*)$/.exec(line)?.[1] ?? []);
  return listed.some((one) => basename(one) === basename(wanted) && real(one) === wanted);
}

function thisMachine(): LocalMachine {
  const isLinux = process.platform === "linux";
  const sockets = isLinux ? readFileSync("/proc/net/unix", "utf8") : "";
  return { platform: process.platform, hostname: hostname(), sockets, real };
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return join(dirname(path), basename(path));
  }
}
