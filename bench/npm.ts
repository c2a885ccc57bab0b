import { ROOT } from "../toolchain/cache.ts";
import { run } from "../toolchain/run.ts";

/** Runs one of our npm commands; `folder` is the clone. */
export function npmRun(args: readonly string[], folder = ROOT, env: NodeJS.ProcessEnv = process.env): Promise<string> {
  return run("npm", ["run", "--silent", ...args], { cwd: folder, env });
}

export const up = (stack: string, folder?: string, env?: NodeJS.ProcessEnv) =>
  npmRun(["up", "--", "--stack", stack, "--yes"], folder, env);

export const down = (stack: string) => npmRun(["down", "--", "--stack", stack, "--yes"]);

export const downWithData = (stack: string, folder?: string, env?: NodeJS.ProcessEnv) =>
  npmRun(["down", "--", "--stack", stack, "--yes", "--delete-data"], folder, env);
