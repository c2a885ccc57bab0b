import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { withFileLock } from "../toolchain/cache.ts";
import { unmountBelow } from "./disks.ts";
import { removeCgroups } from "./host.ts";
import { LabNetwork } from "./network.ts";
import { killContained } from "./process.ts";
import { claimSlot, LABS, listAbandonedSlots, releaseSlot, type Slot } from "./slots.ts";

/** The folders of a lab's registries, which run beside its hosts. */
export const REGISTRIES = { public: "registry", private: "private-registry" };

/** Claims a slot for a lab, after removing the labs of processes that have ended. */
export function claimFreeSlot(): Promise<Slot> {
  return withLabLock(async () => {
    await removeAbandoned();
    return claimSlot();
  });
}

/** Removes the labs of processes that have ended. */
export function removeAbandonedLabs(): Promise<void> {
  return withLabLock(removeAbandoned);
}

/** Runs one call at a time on this machine: a slow removal must not remove a new lab in the same slot. */
export function withLabLock<T>(work: () => Promise<T>): Promise<T> {
  return withFileLock(`${LABS}.held`, work);
}

async function removeAbandoned(): Promise<void> {
  for (const slot of listAbandonedSlots()) await removeLab(slot);
}

/** Stops a lab's hosts or virtual machines, and removes the lab. */
export async function removeLab(slot: Slot): Promise<void> {
  const network = new LabNetwork(slot);
  const numbers = existsSync(slot.folder)
    ? readdirSync(slot.folder).flatMap((name) => Number(/^host(\d+)$/.exec(name)?.[1] ?? []))
    : [];
  const parts = [...numbers.map((number) => `host${number}`), ...Object.values(REGISTRIES)];
  await Promise.all(parts.map((name) => killContained(join(slot.folder, name))));
  await network.remove(numbers);
  for (const number of numbers) removeCgroups(network.namespace(number));
  await unmountBelow(slot.folder);
  releaseSlot(slot);
}
