import { readdirSync, readFileSync } from "node:fs";

/** Kills a process and all its descendants with SIGKILL. */
export function killTree(pid: number): void {
  // Pulumi starts each plugin in its own process group, so signalling one group is not enough.
  for (const member of [pid, ...descendants(pid)]) {
    try {
      process.kill(member, "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}

/** Lists the children of a process, and theirs. */
export function descendants(pid: number): number[] {
  const parents = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), parentOf(name)] as const);
  const below = (of: number): number[] =>
    parents.filter(([, parent]) => parent === of).flatMap(([child]) => [child, ...below(child)]);
  return below(pid);
}

function parentOf(pid: string): number | undefined {
  try {
    // The name in brackets may contain spaces; the state and the parent's id follow it.
    return Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ")[1]);
  } catch {
    return undefined;
  }
}
