import { mc, type StoreLocation } from "./admin-client.ts";

const MIB = 2 ** 20;

/** Returns the bucket's quota in MiB; undefined if it has none. One that was set by hand may have fractions. */
export async function inspectQuota(store: StoreLocation, path: string): Promise<number | undefined> {
  const { quota } = await mc<{ quota?: number }>(store, ["quota", "info", path]);
  return quota ? quota / MIB : undefined;
}

/** Sets the bucket's quota in MiB, or clears it. */
export async function setQuota(store: StoreLocation, path: string, quotaMiB: number | undefined): Promise<void> {
  if (quotaMiB === undefined) await mc(store, ["quota", "clear", path]);
  else await mc(store, ["quota", "set", path, "--size", String(quotaMiB * MIB)]);
}
