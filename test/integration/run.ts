import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

/** One resource's part in a run, as the engine of Pulumi tells it. */
export interface Step {
  /** `create`, `update`, `replace`, `delete`, `same`, `refresh` and their kin. */
  op: string;
  /** The resource's type: `pulumi-nodejs:dynamic/swarm:Service`. */
  type: string;
  /** Its logical name. */
  name: string;
  /** Paths of the properties that differ, where Pulumi says so. */
  diffs: string[];
}

/** What came of one run of the Pulumi CLI. */
export interface Outcome {
  exitCode: number;
  /** All that it printed, both streams, in the order it came. */
  output: string;
  /** Operations on resources, those of a refresh and those that change nothing left out. */
  steps: Step[];
  /** The raw event log. */
  events: EngineEvent[];
}

/** An event of Pulumi's event log, as far as it is used here. */
export interface EngineEvent {
  resourcePreEvent?: { metadata: StepMetadata };
  resOutputsEvent?: { metadata: StepMetadata };
  resOpFailedEvent?: { metadata: StepMetadata };
  diagnosticEvent?: { message: string; severity: string };
  summaryEvent?: { resourceChanges: Record<string, number> };
}

interface StepMetadata {
  op: string;
  urn: string;
  type: string;
  diffs?: string[] | null;
  detailedDiff?: Record<string, unknown> | null;
}

/** A child process in a group of its own, so that all it started can be killed with it. */
export interface Running {
  pid: number;
  outcome: Promise<{ exitCode: number; output: string }>;
}

/** Starts a program and collects what it prints. */
export function start(
  command: string,
  args: readonly string[],
  options: { env: NodeJS.ProcessEnv; cwd: string },
): Running {
  const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"], detached: true });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} does not start`);
  let output = "";
  const hear = (chunk: Buffer) => (output += chunk.toString());
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  const outcome = new Promise<{ exitCode: number; output: string }>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ exitCode: code ?? -1, output }));
  });
  return { pid, outcome };
}

/** Reads an event log, as far as it is written by now. */
export function readEvents(path: string): EngineEvent[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, "utf8").split("\n");
  // The last line is empty, or half written.
  return lines.slice(0, -1).map((line) => JSON.parse(line) as EngineEvent);
}

/** Operations that mean that something is to change, or did. */
export function stepsOf(events: readonly EngineEvent[]): Step[] {
  return events.flatMap(({ resourcePreEvent }) => {
    if (!resourcePreEvent) return [];
    const { op, urn, type, diffs, detailedDiff } = resourcePreEvent.metadata;
    const name = urn.split("::").at(-1) ?? "";
    if (op === "same" || op === "refresh" || op === "read" || isDefaultProvider(type, name)) return [];
    return [{ op, type, name, diffs: diffs ?? Object.keys(detailedDiff ?? {}) }];
  });
}

/** Pulumi makes these by itself, keeps the stack's whole configuration in them, and neither shows nor counts them. */
function isDefaultProvider(type: string, name: string): boolean {
  return type.startsWith("pulumi:providers:") && /^default(_|$)/.test(name);
}
