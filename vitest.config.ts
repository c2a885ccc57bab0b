import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { SlowFirst } from "./toolchain/slow-first.ts";

const MINUTE = 60_000;

/** Vitest's default leaves one core unused, which is half of two. */
const ALL_CORES = availableParallelism();

/** Removes the influence of the user's shell on Pulumi, and of the user's logins at registries. */
const HERMETIC = { PULUMI_STACK: "", DOCKER_CONFIG: "/nonexistent" };

export default defineConfig({
  test: {
    // Never retry. Tests that cannot run on a machine skip themselves with the reason.
    retry: 0,
    sequence: { sequencer: SlowFirst },
    projects: [
      {
        test: {
          name: "unit",
          env: HERMETIC,
          include: ["test/unit/**/*.test.ts"],
          isolate: false,
          setupFiles: ["test/unit/fresh-modules.ts"],
          testTimeout: 20_000,
          maxWorkers: ALL_CORES,
        },
      },
      {
        test: {
          name: "toolchain",
          env: HERMETIC,
          include: ["test/{toolchain,lab}/**/*.test.ts"],
          // They start programs such as pip, which take many times as long on a busy machine.
          testTimeout: MINUTE,
          maxWorkers: ALL_CORES,
        },
      },
      {
        test: {
          name: "integration",
          include: ["test/integration/**/*.test.ts"],
          globalSetup: ["test/integration/global-setup.ts", "test/integration/newest-engine.ts"],
          testTimeout: 10 * MINUTE,
          hookTimeout: 5 * MINUTE,
          // Each file has its own engines, and mostly waits for them.
          maxWorkers: 5,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "recovery",
          include: ["test/recovery/**/*.test.ts"],
          globalSetup: ["test/integration/global-setup.ts", "test/integration/newest-engine.ts"],
          testTimeout: 10 * MINUTE,
          hookTimeout: 5 * MINUTE,
          maxWorkers: 1,
          sequence: { groupOrder: 7 },
        },
      },
      {
        test: {
          name: "engines",
          include: ["test/engines/**/*.test.ts"],
          globalSetup: ["test/integration/global-setup.ts"],
          testTimeout: 20 * MINUTE,
          hookTimeout: 5 * MINUTE,
          maxWorkers: 1,
          sequence: { groupOrder: 6 },
        },
      },
      {
        test: {
          name: "machines",
          include: ["test/machines/**/*.test.ts"],
          globalSetup: ["test/integration/global-setup.ts"],
          testTimeout: 20 * MINUTE,
          hookTimeout: 20 * MINUTE,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: "kubernetes",
          include: ["test/kubernetes/**/*.test.ts"],
          globalSetup: ["test/integration/global-setup.ts"],
          testTimeout: 10 * MINUTE,
          hookTimeout: 5 * MINUTE,
          maxWorkers: 1,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          name: "aws",
          include: ["test/aws/**/*.test.ts"],
          testTimeout: 10 * MINUTE,
          hookTimeout: 10 * MINUTE,
          maxWorkers: 1,
          sequence: { groupOrder: 4 },
        },
      },
      {
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          testTimeout: 2 * MINUTE,
          hookTimeout: 2 * MINUTE,
          maxWorkers: 1,
          sequence: { groupOrder: 5 },
        },
      },
    ],
  },
});
