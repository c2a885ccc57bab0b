import { say } from "../../toolchain/progress.ts";
import { askOnTerminal } from "../../toolchain/prompt.ts";
import type { DataVolume } from "./data.ts";

/** Options of asking the user for confirmation. */
export interface ConfirmOptions {
  yes: boolean;
  /** Whether the user can be asked on a terminal. */
  isTerminal: boolean;
}

/** Lists the volumes by host. */
export function removalLines(volumes: readonly DataVolume[]): string[] {
  const hosts = [...new Set(volumes.map(({ host }) => host.key))];
  return hosts.map((key) => {
    const names = volumes.filter(({ host }) => host.key === key).map(({ name }) => name);
    return `  host ${key}: ${names.join(", ")}`;
  });
}

/**
 * Asks the user to confirm the removal of data.
 *
 * @throws unless the user agrees
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
      `--delete-data: would remove volumes with all their data (${named}): add --yes to agree; nothing was changed`,
    );
  }
  say(["These volumes will be removed with all their data:", ...lines].join("\n"));
  if (yes) return;
  const answer = await ask("Remove them? [y/N] ");
  if (!/^y(es)?$/i.test(answer.trim())) throw new Error("--delete-data: not confirmed; nothing was changed");
}
