import { expect, test } from "vitest";
import { buckets, someObject } from "./s3.ts";
import { hostConfig, onLab } from "./scene.ts";

onLab(
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
      const through = await buckets(stack, "all");
      const object = someObject();
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
