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

/** Machines with the images that the tests need, and stacks on them. */
export interface LabFixture {
  lab: Lab;
  /** The first machine, and mostly the only one. */
  host: LabHost;
  /** Two images of MinIO that differ in a label alone, by id. */
  images: { a: string; b: string };
  /** Settings of this repository's program for the first machine, with those that are given. */
  settings(config?: Record<string, unknown>): Record<string, unknown>;
  /** A stack of this repository's program on the first machine, unless told otherwise. */
  stack(config?: Record<string, unknown>, options?: Omit<TestStackOptions, "config">): Promise<TestStack>;
  /** A stack of the program `hosts` on machines of the lab, by their keys. */
  hostsStack(hosts: Record<string, HostConfig>, config?: Record<string, unknown>): Promise<TestStack>;
}

/** A machine of the lab as the program `hosts` is told of it. */
export interface HostConfig {
  engine: string;
  hostname: string;
  address: string;
  role: NodeRole;
  drives?: Record<string, Drive>;
}

/** What the program `hosts` has to know of a machine. */
export function hostConfig({ socket, hostname, address }: LabHost, role: NodeRole, drives?: HostConfig["drives"]) {
  return { engine: socket, hostname, address, role, drives };
}

const HOSTS_PROGRAM = join(ROOT, "test", "integration", "programs", "hosts");

/** The least that a store needs: it starts quickest. */
export const ONE_DRIVE = { d1: {} };

export interface LabFixtureOptions {
  /** How many machines. @default 1 */
  hosts?: number;
  /** Disks of each machine, mounted at /mnt/disk1 and so on. @default 0 */
  disks?: number;
  /** MiB of each disk. @default 1024 */
  diskSize?: number;
  /** Versions of Docker Engine, dealt out to the machines in turn. @default those that the run is for */
  engines?: readonly EngineVersion[];
}

/** A file's tests on machines of their own; skipped, with the reason, where none can be had. */
export function describeOnLab(
  name: string,
  tests: (scene: () => LabFixture) => void,
  options: LabFixtureOptions = {},
): void {
  const problem = labUnavailableReason() ?? (options.engines && enginesUnavailableReason());
  if (problem !== undefined) {
    // The hooks of tests that skip themselves would run all the same, without a scene.
    describe(name, () => test("all of its tests", ({ skip }) => skip(problem)));
    return;
  }
  describe(name, () => {
    let scene: OpenFixture | undefined;
    beforeAll(async () => {
      scene = await openFixture(options);
    });
    afterAll(() => scene?.close());
    tests(() => {
      if (!scene) throw new Error("the scene is there once the tests run");
      return scene;
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

/** What the local stack has to know of a machine that is not the one the program runs on, and cannot keep others out. */
function engineSettings(host: LabHost, image: string, { driver }: Record<string, unknown>): Record<string, unknown> {
  const publishes = driver !== "macvlan" && driver !== "ipvlan";
  const where = { engine: host.socket, hostname: host.hostname, endpointAddress: host.address };
  return { ...where, image, ...(publishes && { expose: true }) };
}
