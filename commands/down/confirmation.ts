import { createInterface } from "node:readline/promises";
import { say } from "../../toolchain/progress.ts";
import type { DataVolume } from "./data.ts";

/** Who may answer. */
export interface ConfirmOptions {
  yes: boolean;
  /** Whether somebody can be asked. */
  isTerminal: boolean;
}

/** The volumes that are to go, host by host. */
export function removalLines(volumes: readonly DataVolume[]): string[] {
  const hosts = [...new Set(volumes.map(({ host }) => host.key))];
  return hosts.map((key) => {
    const names = volumes.filter(({ host }) => host.key === key).map(({ name }) => name);
    return `  host ${key}: ${names.join(", ")}`;
  });
}

/**
 * Has the user agree to the removal of data.
 *
 * @throws without a yes.
 */
export async function confirmRemoval(
  volumes: readonly DataVolume[],
  { yes, isTerminal }: ConfirmOptions,
  ask: (question: string) => Promise<string> = askOnTerminal,
): Promise<void> {
  if (volumes.length === 0) return;
  const lines = removalLines(volumes);
  if (!yes && !isTerminal) {
    const named = lines.map((line) => line.trim()).join("; ");
    throw new Error(
      `--delete-data: removes volumes with all their data (${named}): add --yes to agree; nothing was changed`,
    );
  }
  say(["These volumes are removed with all their data:", ...lines].join("\n"));
  if (yes) return;
  const answer = await ask("Remove them? [y/N] ");
  if (!/^y(es)?$/i.test(answer.trim())) throw new Error("--delete-data: not agreed to; nothing was changed");
}

async function askOnTerminal(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}
