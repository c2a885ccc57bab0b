import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { SlowFirst } from "./toolchain/slow-first.ts";

const MINUTE = 60_000;

/** Vitest leaves one core out by itself: on two, half of them. */
const ALL_CORES = availableParallelism();

/** What a user's own shell says about Pulumi is none of the tests' business. */
const HERMETIC = { PULUMI_STACK: "" };

export default defineConfig({
  test: {
    // What a machine cannot run is skipped by the test itself, which prints the reason; nothing is tried twice.
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
          // They start programs of other makers, such as pip, which take many times as long on a busy machine.
          testTimeout: MINUTE,
          maxWorkers: ALL_CORES,
        },
      },
      {
        test: {
          name: "integration",
          include: ["test/integration/**/*.test.ts"],
          globalSetup: ["test/integration/global-setup.ts"],
          testTimeout: 10 * MINUTE,
          hookTimeout: 5 * MINUTE,
          // Each file has engines of its own, and mostly waits for them.
          maxWorkers: 4,
          sequence: { groupOrder: 1 },
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
