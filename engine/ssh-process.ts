import type { ChildProcessWithoutNullStreams } from "node:child_process";

/** Ends ssh and its children: a `ProxyCommand` that is still connecting would outlive it. */
export function endSsh(child: ChildProcessWithoutNullStreams): void {
  const { pid, exitCode, signalCode } = child;
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  if (process.platform === "win32") child.kill();
  else process.kill(-pid);
}

const children = new Set<ChildProcessWithoutNullStreams>();

/** Ends ssh when this process ends. */
export function killOnExit(child: ChildProcessWithoutNullStreams): void {
  if (children.size === 0) {
    process.on("exit", killChildren);
    for (const signal of SIGNALS) process.on(signal, exitBySignal);
  }
  children.add(child);
  child.once("close", () => {
    children.delete(child);
    if (children.size > 0) return;
    process.off("exit", killChildren);
    for (const signal of SIGNALS) process.off(signal, exitBySignal);
  });
}

function killChildren(): void {
  for (const child of children) endSsh(child);
}

/** Signals that end a process without the event `exit`. Pulumi ends programs and plugins by the first. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Ends this process by the signal, unless the program handles it. */
function exitBySignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return;
  killChildren();
  process.off(signal, exitBySignal);
  process.kill(process.pid, signal);
}
