import type { DiskSpace, MachineFacts } from "./facts/machine.ts";

const MIB = 1024 ** 2;
export const GIB = 1024 ** 3;

/** Returns the problem with the free space on a folder's disk; undefined if there is enough, or it is unknown. */
export function diskShortage(
  path: string,
  { space = {} }: MachineFacts,
  isLittle: (disk: DiskSpace) => boolean,
): { problem: string; warning: boolean } | undefined {
  const disk = space[mountContaining(path, Object.keys(space)) ?? ""];
  if (!disk) return undefined;
  const isFull = disk.free < 100 * MIB;
  if (!isFull && !isLittle(disk)) return undefined;
  const problem = `its disk has ${formatBytes(disk.free)} left of ${formatBytes(disk.total)}: free some space, or use a larger disk`;
  return { problem, warning: !isFull };
}

/** Returns the longest mount point that contains the path. */
function mountContaining(path: string, mounts: readonly string[]): string | undefined {
  return mounts
    .filter((mount) => mount === "/" || path === mount || path.startsWith(`${mount}/`))
    .toSorted((a, b) => b.length - a.length)[0];
}

function formatBytes(bytes: number): string {
  return bytes < GIB ? `${Math.floor(bytes / MIB)} MiB` : `${(bytes / GIB).toFixed(1)} GiB`;
}
