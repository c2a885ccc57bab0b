import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Engine } from "../engine/engine.ts";
import { loadImages } from "../engine/images.ts";
import { writeIfChanged } from "../toolchain/cache.ts";
import { mapLimit } from "../toolchain/concurrency.ts";
import { ensureEngineLayers, getEnvironmentEngines, type EngineVersion } from "./engines.ts";
import { LabHost } from "./host.ts";
import { LabNetwork } from "./network.ts";
import { isOnPath } from "./packages.ts";
import { type LabRegistry, type RegistryLoginName, startRegistry } from "./registry.ts";
import { claimFreeSlot, REGISTRIES, removeLab } from "./remove-lab.ts";
import { keepSlot, listKeptSlots, type Slot } from "./slots.ts";
import { LabKeys, type LabSsh } from "./ssh.ts";
import { LAB_USERS } from "./system.ts";
import { canUnpackPackages, ensureLabTools } from "./tools.ts";

export { LAB_USERS };
export type { LabHost, LabRegistry, LabSsh };

export interface LabOptions {
  /** Number of hosts: 1 to 250. */
  hosts: number;
  /** Hostnames of the first hosts. @default - node1, node2 and so on */
  hostnames?: readonly string[];
  /** Disks of each host, mounted at /mnt/disk1 and so on. @default 0 */
  disks?: number;
  /** Size of each disk in MiB. Disks are in memory, and use it only as they fill. @default 1024 */
  diskSize?: number;
  /**
   * Versions of Docker Engine, assigned to the hosts in turn.
   * @default the versions in the environment variable PULUMI_SWARM_LAB_ENGINE; without it, or with an empty list, this
   * machine's engine
   */
  engines?: readonly EngineVersion[];
  /** Folders with preloaded images, assigned to the hosts in turn. @default - none */
  images?: readonly string[];
  /** Whether the lab keeps running when this process ends. @default false */
  keep?: boolean;
  /** Folder of the clone that a kept lab belongs to. */
  clone?: string;
}

/**
 * Hosts with a Docker Engine and an ssh server each, on one network that ends at this machine.
 *
 * @example
 * const lab = await startLab({ hosts: 3 });
 * await lab.partition([1], [2, 3]);
 * await lab.exec(2, "ping", "-c1", lab.host(3).address);
 * await lab.heal();
 * await lab.stop();
 */
export interface Lab {
  /** Folder of the clone that a kept lab belongs to. */
  clone?: string;
  hosts: readonly LabHost[];
  /** Returns a host by its number, from 1. */
  host(number: number): LabHost;
  /** Cuts a host's power. */
  kill(number: number): Promise<void>;
  /**
   * Restores a host's power, and waits until its engine answers.
   *
   * @param engine another version of Docker Engine to use from now on, with the existing data
   */
  start(number: number, engine?: EngineVersion): Promise<void>;
  /**
   * Drops all packets between hosts of different groups, until `heal` or the next partition. Hosts in no group and this
   * machine still reach all hosts.
   */
  partition(...groups: readonly (readonly number[])[]): Promise<void>;
  heal(): Promise<void>;
  /** Runs a command on a host and returns its output. */
  exec(number: number, program: string, ...args: string[]): Promise<string>;
  /** Returns the lab's image registry, which the first call starts. Partitions do not affect it. */
  registry(): Promise<LabRegistry>;
  /** Returns the lab's registry that accepts only this login from now on. */
  privateRegistry(login: RegistryLoginName): Promise<LabRegistry>;
  /** Loads an archive, as written by `docker save`, into every engine. */
  load(archive: Buffer): Promise<void>;
  /** Builds an image on the first engine, loads it into the others if missing, and returns its name. */
  build(image: (engine: Engine) => Promise<string>): Promise<string>;
  /** Stops all hosts and removes the lab. */
  stop(): Promise<void>;
}

/** Hosts that boot at the same time; more would only wait for each other. */
const MAX_CONCURRENT_BOOTS = 8;

/** Returns why no lab can run on this machine; undefined if one can. */
export function labUnavailableReason(): string | undefined {
  if (process.platform !== "linux") return `a lab consists of Linux namespaces, and this is ${process.platform}`;
  if (process.getuid?.() !== 0) return "a lab consists of namespaces, which only root can create";
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

/** Starts a lab, after removing the labs of processes that have ended. */
export async function startLab(given: LabOptions): Promise<Lab> {
  const problem = labUnavailableReason();
  if (problem) throw new Error(problem);
  const options = { engines: getEnvironmentEngines(), ...given };
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

/** Returns the labs that were started with `keep`, by any process. */
export async function keptLabs(): Promise<Lab[]> {
  const slots = listKeptSlots().filter((slot) => existsSync(optionsFile(slot)));
  return Promise.all(
    slots.map(async (slot) => {
      const options = JSON.parse(readFileSync(optionsFile(slot), "utf8")) as LabOptions;
      return createLab(slot, options, await installTools(options));
    }),
  );
}

/** Programs that this machine lacks, installed for a lab. */
interface InstalledTools {
  tools: string | undefined;
  /** Layers of the engines, assigned to the hosts in turn. */
  engines: readonly (readonly string[])[];
}

/** Installs the engines one after another; in parallel they would only wait for each other. */
async function installTools({ engines = [] }: LabOptions): Promise<InstalledTools> {
  const layers: (readonly string[])[] = [];
  for (const version of engines) layers.push(await ensureEngineLayers(version));
  return { tools: await ensureLabTools(), engines: layers };
}

function createLab(slot: Slot, options: LabOptions, { tools, engines }: InstalledTools): Lab {
  const { hosts: count, hostnames = [], disks = 0, diskSize = 1024, images = [], clone } = options;
  const network = new LabNetwork(slot);
  const keys = new LabKeys(keysFolder(slot));
  const toolLayers = tools === undefined ? [] : [tools];
  const hosts = Array.from({ length: count }, (_, at) => {
    const folder = join(slot.folder, `host${at + 1}`);
    mkdirSync(folder, { recursive: true });
    const layers = [...(engines[at % engines.length] ?? []), ...toolLayers];
    return new LabHost({
      number: at + 1,
      hostname: hostnames[at] ?? `node${at + 1}`,
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
  const registryPlace = { namespace: network.switch, address: network.switchAddress, tools };
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
    registry: () => startRegistry({ ...registryPlace, folder: join(slot.folder, REGISTRIES.public) }),
    privateRegistry: (login) =>
      startRegistry({ ...registryPlace, folder: join(slot.folder, REGISTRIES.private), login }),
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

const optionsFile = ({ folder }: Slot) => join(folder, "lab.json");
const keysFolder = ({ folder }: Slot) => join(folder, "ssh");
