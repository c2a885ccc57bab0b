import { buildImage } from "../../toolchain/minio-image.ts";
import { type Lab, type LabHost, startLab } from "../lab/lab.ts";
import { TestStack } from "./stack.ts";

/** One machine with the images that the tests need, and stacks of this repository's program on it. */
export interface Scene {
  lab: Lab;
  host: LabHost;
  /** Two images of MinIO that differ in a label alone, by id. */
  images: { a: string; b: string };
  /** A stack with this configuration beside what makes it run here. */
  stack(config?: Record<string, unknown>): Promise<TestStack>;
  close(): Promise<void>;
}

/** The least that a store needs: one drive makes a quick start. */
export const ONE_DRIVE = { d1: {} };

export async function openScene(options: { disks?: number } = {}): Promise<Scene> {
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
    async stack(config = {}) {
      const stack = await TestStack.create({ config: { ...configOf(host, images.a), ...config } });
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
export function configOf(host: LabHost, image: string): Record<string, unknown> {
  return { engine: host.socket, hostname: host.hostname, endpointAddress: host.address, image };
}
