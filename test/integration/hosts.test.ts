import { expect, test } from "vitest";
import { openBuckets, randomObject } from "./s3.ts";
import { hostConfig, describeOnLab } from "./lab-fixture.ts";

describeOnLab(
  "a store over several hosts",
  (scene) => {
    test("is made in one go, is one store, is clean at the second look, and is taken away whole", async () => {
      const stack = await scene().hostsStack({
        a: hostConfig(scene().lab.host(1), "manager"),
        b: hostConfig(scene().lab.host(2), "manager"),
        c: hostConfig(scene().lab.host(3), "manager"),
        d: hostConfig(scene().lab.host(4), "worker"),
      });
      await stack.up();
      const through = await openBuckets(stack, "all");
      const object = randomObject();
      await through["a"]!.create();
      await through["a"]!.put("object", object);
      for (const bucket of Object.values(through)) expect((await bucket.get("object")).equals(object)).toBe(true);
      expect((await stack.preview()).steps).toEqual([]);
      await stack.destroy();
      for (const { engine } of scene().lab.hosts) expect((await engine.info()).Swarm.LocalNodeState).toBe("inactive");
    });
  },
  { hosts: 4 },
);
