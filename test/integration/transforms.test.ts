import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT } from "../../toolchain/cache.ts";
import { TestStack } from "./stack.ts";

let stack: TestStack;
beforeAll(async () => {
  stack = await TestStack.create({ project: join(ROOT, "test", "integration", "programs", "transforms") });
});
afterAll(() => stack?.remove());

test("a component's transforms reach every child, named as ever", async () => {
  const { output } = await stack.preview();
  const [, text = "{}"] = /shown: (\{.*\})/.exec(output) ?? [];
  const shown = JSON.parse(text) as Record<string, string[]>;
  const children = Object.fromEntries(Object.entries(shown).map(([component, names]) => [component, names.toSorted()]));
  expect(children).toEqual({
    host: ["local", "local-machine"],
    swarm: ["swarm", "swarm-cluster", "swarm-docker", "swarm-member-local", "swarm-preflight", "swarm-settings-local"],
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
