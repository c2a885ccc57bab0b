import { spawn } from "node:child_process";
import { once } from "node:events";
import { createReadStream, existsSync, rmSync, statSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { run } from "../../toolchain/run.ts";

/** Captured network traffic. */
export interface Capture {
  /** Stops capturing. */
  stop(): Promise<void>;
  /** Counts the frames that match a tcpdump filter. */
  count(filter: string): Promise<number>;
  /** Counts the occurrences of a text in the frames. */
  occurrences(text: string): Promise<number>;
}

/** Captures all frames on the switch that match a filter, in full length, to a file. */
export async function startCapture(
  [enter, namespace]: [string, string],
  file: string,
  filter: string,
): Promise<Capture> {
  rmSync(file, { force: true });
  // Written to the file at once; buffered frames would be lost at the end.
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
