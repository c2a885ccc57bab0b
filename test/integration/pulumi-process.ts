import { spawn } from "node:child_process";
import { type EngineEvent, isDefaultProvider, nameFromUrn } from "../../commands/lib/events.ts";

/** One operation of Pulumi's engine on a resource. */
export interface Step {
  /** `create`, `update`, `replace`, `delete`, `create-replacement` and so on. */
  op: string;
  /** The resource's type: `swarm:index:Service`. */
  type: string;
  /** The resource's logical name. */
  name: string;
  /** Paths of the properties that differ, where Pulumi reports them. */
  diffs: string[];
}

/** The result of one run of the Pulumi CLI. */
export interface RunResult {
  exitCode: number;
  /** Standard output and standard error, in the order of arrival. */
  output: string;
  /** Operations on resources, without refreshes and those that change nothing. */
  steps: Step[];
  /** The engine's event log. */
  events: EngineEvent[];
}

/** A child process in its own process group, so that it can be killed with its children. */
export interface RunningProcess {
  pid: number;
  outcome: Promise<{ exitCode: number; output: string }>;
}

/** Starts a program and collects its output. */
export function startProcess(
  command: string,
  args: readonly string[],
  options: { env: NodeJS.ProcessEnv; cwd: string },
): RunningProcess {
  const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"], detached: true });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} does not start`);
  let output = "";
  const collect = (chunk: Buffer) => (output += chunk.toString());
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);
  const outcome = new Promise<{ exitCode: number; output: string }>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ exitCode: code ?? -1, output }));
  });
  return { pid, outcome };
}

/** Returns the operations that change, or would change, something. */
export function listSteps(events: readonly EngineEvent[]): Step[] {
  return events.flatMap(({ resourcePreEvent }) => {
    if (!resourcePreEvent) return [];
    const { op, urn, type, diffs, detailedDiff } = resourcePreEvent.metadata;
    const name = nameFromUrn(urn);
    if (op === "same" || op === "refresh" || op === "read" || isDefaultProvider(type, name)) return [];
    return [{ op, type, name, diffs: diffs ?? Object.keys(detailedDiff ?? {}) }];
  });
}
