import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Engine } from "../../components/engine/engine.ts";
import { send } from "../../components/engine/transport.ts";
import { locked } from "../../toolchain/cache.ts";
import { killHost, LabHost, removeCgroups } from "./host.ts";
import { LabNetwork } from "./network.ts";
import { abandonedSlots, claimSlot, LABS, releaseSlot, type Slot } from "./slots.ts";
import { LabKeys, type LabSsh } from "./ssh.ts";
import { LAB_USERS } from "./system.ts";
import { canUnpack, labTools } from "./tools.ts";

export { LAB_USERS };
export type { LabHost, LabSsh };

export interface LabOptions {
  /** How many machines. */
  hosts: number;
  /** Disks of each machine, mounted at /mnt/disk1 and so on. @default 0 */
  disks?: number;
}

/** Machines with a Docker Engine each, on one network that ends at this machine. */
export interface Lab {
  hosts: readonly LabHost[];
  /** The machine of that number, from 1. */
  host(number: number): LabHost;
  /** Gives every engine the images of an archive as `docker save` writes it. */
  load(archive: Buffer): Promise<void>;
  /** Gives every engine an image that another engine has. */
  loadImageFrom(engine: Engine, name: string): Promise<void>;
  /** Ends all machines and leaves nothing of the lab. */
  stop(): Promise<void>;
}

/** Why no lab can be had here; undefined when one can. */
export function whyNoLab(): string | undefined {
  if (process.platform !== "linux") return `a lab is made of Linux namespaces, and this is ${process.platform}`;
  if (process.getuid?.() !== 0) return "a lab is made of namespaces, and only root may make them";
  const programs = ["dockerd", "ip", "nsenter", "ssh", "ssh-keygen", "unshare", ...(canUnpack() ? [] : ["sshd"])];
  const missing = programs.filter((program) => !onPath(program));
  return missing.length > 0 ? `a lab needs ${missing.join(", ")}, not found on PATH` : undefined;
}

/** Starts a lab. Labs whose process is gone are cleared away first; those of others are left alone. */
export async function startLab({ hosts: count, disks = 0 }: LabOptions): Promise<Lab> {
  const problem = whyNoLab();
  if (problem) throw new Error(problem);
  const tools = await labTools();
  const slot = await openSlot();
  const network = new LabNetwork(slot);
  const keys = new LabKeys(join(slot.folder, "ssh"));
  const hosts = Array.from({ length: count }, (_, at) => labHost({ slot, network, keys, tools, disks }, at + 1));
  try {
    await keys.create();
    await network.create();
    for (const host of hosts) await network.addHost(host.number);
    await Promise.all(hosts.map((host) => host.start()));
  } catch (error) {
    await removeLab(slot);
    throw error;
  }
  const load = async (archive: Buffer) => {
    await Promise.all(hosts.map((host) => loadInto(host.engine, archive)));
  };
  return {
    hosts,
    host(number) {
      const host = hosts[number - 1];
      if (!host) throw new Error(`lab: there is no host ${number}; there are ${count}`);
      return host;
    },
    load,
    loadImageFrom: async (engine, name) => load(await send(engine.connection, "GET", `/images/${name}/get`)),
    stop: () => removeLab(slot),
  };
}

/** A place for a lab, after those of processes that are gone were cleared away. */
export function openSlot(): Promise<Slot> {
  return alone(async () => {
    await clearAbandoned();
    return claimSlot();
  });
}

/** Clears away the labs of processes that are gone. */
export function clearLeftovers(): Promise<void> {
  return alone(clearAbandoned);
}

/** Never two at a time: one that is slow would clear away what another has just made in the same place. */
function alone<T>(work: () => Promise<T>): Promise<T> {
  return locked(`${LABS}.lock`, work);
}

async function clearAbandoned(): Promise<void> {
  for (const slot of abandonedSlots()) await removeLab(slot);
}

/** What the machines of one lab share. */
interface LabParts {
  slot: Slot;
  network: LabNetwork;
  keys: LabKeys;
  tools: string | undefined;
  disks: number;
}

function labHost({ slot, network, ...shared }: LabParts, number: number): LabHost {
  const folder = join(slot.folder, `host${number}`);
  mkdirSync(folder);
  return new LabHost({
    ...{ number, folder, namespace: network.namespace(number), address: network.address(number) },
    ...shared,
  });
}

async function removeLab(slot: Slot): Promise<void> {
  const network = new LabNetwork(slot);
  const numbers = existsSync(slot.folder)
    ? readdirSync(slot.folder).flatMap((name) => Number(/^host(\d+)$/.exec(name)?.[1] ?? []))
    : [];
  await Promise.all(numbers.map((number) => killHost(join(slot.folder, `host${number}`))));
  await network.remove(numbers);
  for (const number of numbers) removeCgroups(network.namespace(number));
  releaseSlot(slot);
}

async function loadInto(engine: Engine, archive: Buffer): Promise<void> {
  await engine.request("POST", "/images/load", { query: { quiet: true }, body: archive, timeoutMs: 120_000 });
}

function onPath(program: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => existsSync(join(folder, program)));
}
