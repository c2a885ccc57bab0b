import { join } from "node:path";
import { afterAll, beforeAll, describe, test } from "vitest";
import type { NodeRole } from "../../engine/types.ts";
import type { Drive } from "../../components/index.ts";
import { ROOT } from "../../toolchain/cache.ts";
import { ensureMinioImage } from "../../toolchain/minio-image.ts";
import { type EngineVersion, enginesUnavailableReason } from "../../lab/engines.ts";
import { type Lab, type LabHost, startLab, labUnavailableReason } from "../../lab/lab.ts";
import { ensurePreloadedImages } from "../../lab/preloaded.ts";
import { TestStack, type TestStackOptions } from "./stack.ts";

/** A lab with the images that tests need, and stacks on its hosts. */
export interface LabFixture {
  lab: Lab;
  /** The first host, usually the only one. */
  host: LabHost;
  /** Ids of two images of MinIO that differ only in a label. */
  images: { a: string; b: string };
  /** Returns settings of this repository's program for the first host, with the given ones added. */
  settings(config?: Record<string, unknown>): Record<string, unknown>;
  /** Creates a stack, by default of this repository's program on the first host. */
  stack(config?: Record<string, unknown>, options?: Omit<TestStackOptions, "config">): Promise<TestStack>;
  /** Creates a stack of the program `hosts` on the given hosts, by their keys. */
  hostsStack(hosts: Record<string, HostConfig>, config?: Record<string, unknown>): Promise<TestStack>;
}

/** A host in the configuration of the program `hosts`. */
export interface HostConfig {
  engine: string;
  hostname?: string;
  address: string;
  dataPathAddress?: string;
  role: NodeRole;
  drives?: Record<string, Drive>;
}

/** Returns the configuration of a lab host for the program `hosts`. */
export function hostConfig({ socket, hostname, address }: LabHost, role: NodeRole, drives?: HostConfig["drives"]) {
  return { engine: socket, hostname, address, role, drives };
}

const HOSTS_PROGRAM = join(ROOT, "test", "integration", "programs", "hosts");

/** The smallest store, which starts fastest. */
export const ONE_DRIVE = { d1: {} };

export interface LabFixtureOptions {
  /** Number of hosts. @default 1 */
  hosts?: number;
  /** Hostnames of the first hosts. @default - node1, node2 and so on */
  hostnames?: readonly string[];
  /** Disks of each host, mounted at /mnt/disk1 and so on. @default 0 */
  disks?: number;
  /** MiB of each disk. @default 1024 */
  diskSize?: number;
  /** Versions of Docker Engine, assigned to the hosts in turn. @default those of PULUMI_SWARM_LAB_ENGINE */
  engines?: readonly EngineVersion[];
}

/** Runs a file's tests on their own lab; skips them, with the reason, where no lab can run. */
export function describeOnLab(
  name: string,
  tests: (fixture: () => LabFixture) => void,
  options: LabFixtureOptions = {},
): void {
  const problem = labUnavailableReason() ?? (options.engines && enginesUnavailableReason());
  if (problem !== undefined) {
    // Hooks run even if the tests skip themselves, and would have no fixture.
    describe(name, () => test("all of its tests", ({ skip }) => skip(problem)));
    return;
  }
  describe(name, () => {
    let fixture: OpenFixture | undefined;
    beforeAll(async () => {
      fixture = await openFixture(options);
    });
    afterAll(() => fixture?.close());
    tests(() => {
      if (!fixture) throw new Error("the fixture can be used only while tests run");
      return fixture;
    });
  });
}

type OpenFixture = LabFixture & { close(): Promise<void> };

async function openFixture(options: LabFixtureOptions): Promise<OpenFixture> {
  const lab = await startLab({ hosts: 1, images: await ensurePreloadedImages(options.engines), ...options });
  const host = lab.host(1);
  const images = {
    a: await lab.build((engine) => ensureMinioImage(engine, { variant: "a" })),
    b: await lab.build((engine) => ensureMinioImage(engine, { variant: "b" })),
  };
  const stacks: TestStack[] = [];
  const create = async (options: TestStackOptions) => {
    const stack = await TestStack.create(options);
    stacks.push(stack);
    return stack;
  };
  const settings = (config: Record<string, unknown> = {}) => ({ ...engineSettings(host, images.a, config), ...config });
  return {
    lab,
    host,
    images,
    settings,
    stack: (config, others = {}) => create({ ...others, config: settings(config) }),
    hostsStack: (hosts, config = {}) =>
      create({ project: HOSTS_PROGRAM, config: { image: images.a, ...config, hosts } }),
    async close() {
      for (const stack of stacks) stack.remove();
      await lab.stop();
    },
  };
}

/** Returns the settings of a local stack whose engine is on another host, where the program cannot set firewall rules. */
function engineSettings(host: LabHost, image: string, { driver }: Record<string, unknown>): Record<string, unknown> {
  const publishes = driver !== "macvlan" && driver !== "ipvlan";
  const where = { engine: host.socket, hostname: host.hostname, endpointAddress: host.address };
  return { ...where, image, ...(publishes && { expose: true }) };
}
