import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Engine } from "../engine/engine.ts";
import { loadImages } from "../engine/images.ts";
import { withFileLock, writeIfChanged } from "../toolchain/cache.ts";
import { mapLimit } from "../toolchain/concurrency.ts";
import { unmountBelow } from "./disks.ts";
import { ensureEngineLayers, getEnvironmentEngines, type EngineVersion } from "./engines.ts";
import { LabHost, removeCgroups } from "./host.ts";
import { LabNetwork } from "./network.ts";
import { isOnPath } from "./packages.ts";
import { killContained } from "./process.ts";
import { type LabRegistry, startRegistry } from "./registry.ts";
import { listAbandonedSlots, claimSlot, keepSlot, listKeptSlots, LABS, releaseSlot, type Slot } from "./slots.ts";
import { LabKeys, type LabSsh } from "./ssh.ts";
import { LAB_USERS } from "./system.ts";
import { canUnpackPackages, ensureLabTools } from "./tools.ts";

export { LAB_USERS };
export type { LabHost, LabRegistry, LabSsh };

export interface LabOptions {
  /** How many machines: 1 to 250. */
  hosts: number;
  /** Disks of each machine, mounted at /mnt/disk1 and so on. @default 0 */
  disks?: number;
  /** MiB of each disk. They are in memory, which they take only as they fill. @default 1024 */
  diskSize?: number;
  /**
   * Versions of Docker Engine, dealt out to the machines in turn.
   * @default those of the environment variable PULUMI_SWARM_LAB_ENGINE, else the engine of this machine
   */
  engines?: readonly EngineVersion[];
  /** Folders of images that the engines have at their first start, dealt out as the engines are. @default - none */
  images?: readonly string[];
  /** Whether it stays when this process ends, until it is stopped. @default false */
  keep?: boolean;
  /** Folder of the clone that it is kept for. */
  clone?: string;
}

/**
 * Machines with a Docker Engine and an ssh server each, on one network that ends at this machine.
 *
 * @example
 * const lab = await startLab({ hosts: 3 });
 * await lab.partition([1], [2, 3]);
 * await lab.exec(2, "ping", "-c1", lab.host(3).address);
 * await lab.heal();
 * await lab.stop();
 */
export interface Lab {
  /** Folder of the clone that it is kept for. */
  clone?: string;
  hosts: readonly LabHost[];
  /** The machine of that number, from 1. */
  host(number: number): LabHost;
  /** Cuts a machine's power. */
  kill(number: number): Promise<void>;
  /**
   * Gives a machine its power back, and waits until its engine answers.
   *
   * @param engine a version that it has from now on, on the data of the one it had
   */
  start(number: number, engine?: EngineVersion): Promise<void>;
  /**
   * Drops everything between machines of different groups, until `heal` or the next partition. Machines of no group and
   * this machine, which clients are on, go on reaching all.
   */
  partition(...groups: readonly (readonly number[])[]): Promise<void>;
  heal(): Promise<void>;
  /** Runs a command on a machine and gives back what it printed. */
  exec(number: number, program: string, ...args: string[]): Promise<string>;
  /** The lab's own registry of images, started by the first call. No partition cuts it off. */
  registry(): Promise<LabRegistry>;
  /** Gives every engine the images of an archive as `docker save` writes it. */
  load(archive: Buffer): Promise<void>;
  /** Has the first engine build an image, gives it to every other one that has it not, and tells its name. */
  build(image: (engine: Engine) => Promise<string>): Promise<string>;
  /** Ends all machines and leaves nothing of the lab. */
  stop(): Promise<void>;
}

/** Machines that boot at the same time: more of them keep each other waiting. */
const MAX_CONCURRENT_BOOTS = 8;

/** Why no lab can be had here; undefined when one can. */
export function labUnavailableReason(): string | undefined {
  if (process.platform !== "linux") return `a lab is made of Linux namespaces, and this is ${process.platform}`;
  if (process.getuid?.() !== 0) return "a lab is made of namespaces, and only root may make them";
  const programs = [
    "dockerd",
    "ip",
    "nsenter",
    "ssh",
    "ssh-keygen",
    "unshare",
    ...(canUnpackPackages() ? [] : ["sshd"]),
  ];
  const missing = programs.filter((program) => !isOnPath(program));
  return missing.length > 0 ? `a lab needs ${missing.join(", ")}, not found on PATH` : undefined;
}

/** Starts a lab. Labs whose process is gone are cleared away first; those of others are left alone. */
export async function startLab(asked: LabOptions): Promise<Lab> {
  const problem = labUnavailableReason();
  if (problem) throw new Error(problem);
  const options = { engines: getEnvironmentEngines(), ...asked };
  const installed = await installTools(options);
  const slot = await claimFreeSlot();
  try {
    if (options.keep) keepSlot(slot);
    writeIfChanged(optionsFile(slot), JSON.stringify(options));
    await new LabKeys(keysFolder(slot)).create();
    await new LabNetwork(slot).create();
    const lab = createLab(slot, options, installed);
    await mapLimit(MAX_CONCURRENT_BOOTS, lab.hosts, (host) => host.start());
    return lab;
  } catch (error) {
    await removeLab(slot);
    throw error;
  }
}

/** Labs that were started to be kept, by whatever process. */
export async function keptLabs(): Promise<Lab[]> {
  const slots = listKeptSlots().filter((slot) => existsSync(optionsFile(slot)));
  return Promise.all(
    slots.map(async (slot) => {
      const options = JSON.parse(readFileSync(optionsFile(slot), "utf8")) as LabOptions;
      return createLab(slot, options, await installTools(options));
    }),
  );
}

/** What is installed for a lab and not on this machine. */
interface InstalledTools {
  tools: string | undefined;
  /** Layers of the engines, dealt out to the machines in turn. */
  engines: readonly (readonly string[])[];
}

/** One after another, as far as it must be made: several would only keep each other waiting. */
async function installTools({ engines = [] }: LabOptions): Promise<InstalledTools> {
  const layers: (readonly string[])[] = [];
  for (const version of engines) layers.push(await ensureEngineLayers(version));
  return { tools: await ensureLabTools(), engines: layers };
}

function createLab(slot: Slot, options: LabOptions, { tools, engines }: InstalledTools): Lab {
  const { hosts: count, disks = 0, diskSize = 1024, images = [], clone } = options;
  const network = new LabNetwork(slot);
  const keys = new LabKeys(keysFolder(slot));
  const toolLayers = tools === undefined ? [] : [tools];
  const hosts = Array.from({ length: count }, (_, at) => {
    const folder = join(slot.folder, `host${at + 1}`);
    mkdirSync(folder, { recursive: true });
    const layers = [...(engines[at % engines.length] ?? []), ...toolLayers];
    return new LabHost({
      number: at + 1,
      folder,
      network,
      disks,
      diskSize,
      keys,
      layers,
      images: images[at % images.length],
    });
  });
  const host = (number: number) => {
    const found = hosts[number - 1];
    if (!found) throw new Error(`lab: there is no host ${number}; there are ${count}`);
    return found;
  };
  const load = async (archive: Buffer, into: readonly LabHost[] = hosts) => {
    await Promise.all(into.map(({ engine }) => loadImages(engine, archive)));
  };
  return {
    clone,
    hosts,
    host,
    kill: (number) => host(number).stop(),
    start: async (number, engine) => {
      if (engine !== undefined) host(number).install([...(await ensureEngineLayers(engine)), ...toolLayers]);
      await host(number).start();
    },
    partition: (...groups) => network.partition(groups),
    heal: () => network.heal(),
    exec: (number, program, ...args) => host(number).run(program, ...args),
    registry: () => {
      const folder = join(slot.folder, REGISTRY);
      return startRegistry({ folder, namespace: network.switch, address: network.switchAddress, tools });
    },
    load: (archive) => load(archive),
    build: async (image) => {
      const { engine } = host(1);
      const name = await image(engine);
      const have = await Promise.all(hosts.map((each) => each.engine.hasImage(name)));
      const without = hosts.filter((_, at) => !have[at]);
      if (without.length > 0) await load(await engine.send("GET", `/images/${name}/get`), without);
      return name;
    },
    stop: () => removeLab(slot),
  };
}

/** What of a lab's folder is no host. */
const REGISTRY = "registry";
const optionsFile = ({ folder }: Slot) => join(folder, "lab.json");
const keysFolder = ({ folder }: Slot) => join(folder, "ssh");

/** A place for a lab, after those of processes that are gone were cleared away. */
export function claimFreeSlot(): Promise<Slot> {
  return withLabLock(async () => {
    await removeAbandoned();
    return claimSlot();
  });
}

/** Clears away the labs of processes that are gone. */
export function removeAbandonedLabs(): Promise<void> {
  return withLabLock(removeAbandoned);
}

/** Never two at a time: one that is slow would clear away what another has just made in the same place. */
export function withLabLock<T>(work: () => Promise<T>): Promise<T> {
  return withFileLock(`${LABS}.held`, work);
}

async function removeAbandoned(): Promise<void> {
  for (const slot of listAbandonedSlots()) await removeLab(slot);
}

/** Ends a lab's machines, of whatever make, and leaves nothing of it. */
export async function removeLab(slot: Slot): Promise<void> {
  const network = new LabNetwork(slot);
  const numbers = existsSync(slot.folder)
    ? readdirSync(slot.folder).flatMap((name) => Number(/^host(\d+)$/.exec(name)?.[1] ?? []))
    : [];
  const parts = [...numbers.map((number) => `host${number}`), REGISTRY];
  await Promise.all(parts.map((name) => killContained(join(slot.folder, name))));
  await network.remove(numbers);
  for (const number of numbers) removeCgroups(network.namespace(number));
  await unmountBelow(slot.folder);
  releaseSlot(slot);
}
