import { readFileSync } from "node:fs";
import { readEvents } from "../../commands/lib/events.ts";

/** Reads a file; an event log without debug events, in which Pulumi's SDK prints every secret of every program. */
export function readFileText(file: string): string {
  if (!file.endsWith(".jsonl")) return readFileSync(file, "latin1");
  const events = readEvents(file).filter(({ diagnosticEvent }) => diagnosticEvent?.severity !== "debug");
  return events.map((event) => JSON.stringify(event)).join("\n");
}
