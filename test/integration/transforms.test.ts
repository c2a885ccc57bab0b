import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT } from "../../toolchain/cache.ts";
import { TestStack } from "./stack.ts";

let stack: TestStack;
beforeAll(async () => {
  stack = await TestStack.create({ project: join(ROOT, "test", "integration", "programs", "transforms") });
});
afterAll(() => stack?.remove());

test("a component's transforms are called for every child, with stable names", async () => {
  const { output } = await stack.preview();
  const [, text = "{}"] = /children: (\{.*\})/.exec(output) ?? [];
  const children = JSON.parse(text) as Record<string, string[]>;
  const sorted = Object.fromEntries(
    Object.entries(children).map(([component, names]) => [component, names.toSorted()]),
  );
  expect(sorted).toEqual({
    host: ["local", "local-machine"],
    swarm: ["swarm", "swarm-cluster", "swarm-docker", "swarm-member-local", "swarm-preflight"],
    network: ["network", "network-network", "network-owner"],
    late: ["late", "late-network", "late-owner"],
    store: [
      "store",
      "store-credentials",
      "store-main",
      "store-mc-host-config",
      "store-member-local",
      "store-owner",
      "store-root-keys",
      "store-root-password",
      "store-root-user",
    ],
  });
});
