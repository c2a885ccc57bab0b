import { spawn } from "node:child_process";
import { type EngineEvent, isDefaultProvider, nameFromUrn } from "../../commands/lib/events.ts";

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
export interface RunResult {
  exitCode: number;
  /** All that it printed, both streams, in the order it came. */
  output: string;
  /** Operations on resources, those of a refresh and those that change nothing left out. */
  steps: Step[];
  /** The raw event log. */
  events: EngineEvent[];
}

/** A child process in a group of its own, so that all it started can be killed with it. */
export interface RunningProcess {
  pid: number;
  outcome: Promise<{ exitCode: number; output: string }>;
}

/** Starts a program and collects what it prints. */
export function startProcess(
  command: string,
  args: readonly string[],
  options: { env: NodeJS.ProcessEnv; cwd: string },
): RunningProcess {
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

/** Operations that mean that something is to change, or did. */
export function listSteps(events: readonly EngineEvent[]): Step[] {
  return events.flatMap(({ resourcePreEvent }) => {
    if (!resourcePreEvent) return [];
    const { op, urn, type, diffs, detailedDiff } = resourcePreEvent.metadata;
    const name = nameFromUrn(urn);
    if (op === "same" || op === "refresh" || op === "read" || isDefaultProvider(type, name)) return [];
    return [{ op, type, name, diffs: diffs ?? Object.keys(detailedDiff ?? {}) }];
  });
}
