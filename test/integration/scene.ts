import { afterAll, beforeAll, beforeEach, describe } from "vitest";
import { buildImage } from "../../toolchain/minio-image.ts";
import { type Lab, type LabHost, startLab, whyNoLab } from "../lab/lab.ts";
import { TestStack, type TestStackOptions } from "./stack.ts";

/** One machine with the images that the tests need, and stacks on it. */
export interface Scene {
  lab: Lab;
  host: LabHost;
  /** Two images of MinIO that differ in a label alone, by id. */
  images: { a: string; b: string };
  /** A stack of this repository's program, unless told otherwise. */
  stack(config?: Record<string, unknown>, options?: Omit<TestStackOptions, "config">): Promise<TestStack>;
}

/** The least that a store needs: it starts quickest. */
export const ONE_DRIVE = { d1: {} };

/** A file's tests on a machine of their own; skipped, with the reason, where none can be had. */
export function onLab(name: string, tests: (scene: () => Scene) => void, options: { disks?: number } = {}): void {
  const problem = whyNoLab();
  describe(name, () => {
    let scene: OpenScene | undefined;
    beforeAll(async () => {
      if (problem === undefined) scene = await openScene(options);
    });
    afterAll(() => scene?.close());
    beforeEach(({ skip }) => {
      if (problem !== undefined) skip(problem);
    });
    tests(() => {
      if (!scene) throw new Error("the scene is there once the tests run");
      return scene;
    });
  });
}

type OpenScene = Scene & { close(): Promise<void> };

async function openScene(options: { disks?: number }): Promise<OpenScene> {
  const lab = await startLab({ hosts: 1, ...options });
  const host = lab.host(1);
  const images = {
    a: await buildImage(host.engine, { variant: "a" }),
    b: await buildImage(host.engine, { variant: "b" }),
  };
  const stacks: TestStack[] = [];
  return {
    lab,
    host,
    images,
    async stack(config = {}, others = {}) {
      const stack = await TestStack.create({ ...others, config: { ...configOf(host, images.a), ...config } });
      stacks.push(stack);
      return stack;
    },
    async close() {
      for (const stack of stacks) stack.remove();
      await lab.stop();
    },
  };
}

/** What the local stack has to know of a machine that is not the one the program runs on. */
function configOf(host: LabHost, image: string): Record<string, unknown> {
  return { engine: host.socket, hostname: host.hostname, endpointAddress: host.address, image };
}
