import { spawn } from "node:child_process";
import { once } from "node:events";
import { createReadStream, existsSync, rmSync, statSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { run } from "../../toolchain/run.ts";

/** What crossed the wire. */
export interface Capture {
  /** Ends it; what follows asks about what was kept. */
  stop(): Promise<void>;
  /** How many frames match a filter as tcpdump knows it. */
  count(filter: string): Promise<number>;
  /** How often a text occurs in the frames as they are. */
  occurrences(text: string): Promise<number>;
}

/** Keeps every frame that crosses the switch and matches a filter in a file, whole. */
export async function startCapture(
  [enter, namespace]: [string, string],
  file: string,
  filter: string,
): Promise<Capture> {
  rmSync(file, { force: true });
  // To the file at once: what is still in a buffer when it is stopped would be missing.
  const flags = [
    "--interface=br0",
    "--snapshot-length=0",
    "--packet-buffered",
    "--buffer-size=65536",
    "-w",
    file,
    filter,
  ];
  const child = spawn(enter, [namespace, "tcpdump", "--relinquish-privileges=root", ...flags], { stdio: "ignore" });
  const ended = once(child, "exit");
  while (!existsSync(file) || statSync(file).size === 0) {
    if (child.exitCode !== null) throw new Error(`lab: tcpdump ended with ${child.exitCode}`);
    await pause(50);
  }
  return {
    async stop() {
      child.kill("SIGINT");
      await ended;
    },
    async count(filter) {
      return Number((await run("sh", ["-c", 'tcpdump -nr "$0" "$1" 2>/dev/null | wc -l', file, filter])).trim());
    },
    occurrences: (text) => occurrencesIn(file, Buffer.from(text)),
  };
}

async function occurrencesIn(file: string, wanted: Buffer): Promise<number> {
  let count = 0;
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(file)) {
    const text = Buffer.concat([rest, chunk as Buffer]);
    let at = -1;
    while ((at = text.indexOf(wanted, at + 1)) >= 0) count++;
    rest = text.subarray(Math.max(0, text.length - wanted.length + 1));
  }
  return count;
}
