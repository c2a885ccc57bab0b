import { expect, test } from "vitest";
import { openBuckets, randomObject } from "./s3.ts";
import { hostConfig, describeOnLab } from "./lab-fixture.ts";

describeOnLab(
  "a store whose members cannot reach each other while they start",
  (fixture) => {
    test("is ready only once every member is connected to every drive", async () => {
      const { lab } = fixture();
      const drives = { d1: {}, d2: {} };
      const stack = await fixture().hostsStack({
        a: hostConfig(lab.host(1), "manager", drives),
        b: hostConfig(lab.host(2), "worker", drives),
        c: hostConfig(lab.host(3), "worker", drives),
      });
      await lab.partition([2], [3]);
      const up = stack.up();
      await Promise.all([up, healthy([1, 2, 3]).then(() => lab.heal())]);

      const through = await openBuckets(stack, "all");
      const object = randomObject();
      await through["a"]!.create();
      await through["b"]!.put("object", object);
      for (const bucket of Object.values(through)) expect((await bucket.get("object")).equals(object)).toBe(true);
    });

    /** Waits until MinIO reports write quorum on each of these machines. */
    function healthy(machines: number[]): Promise<unknown> {
      const urls = machines.map((machine) => `http://${fixture().lab.host(machine).address}:9000/minio/health/cluster`);
      const answer = (url: string) =>
        fetch(url).then(
          ({ ok }) => ok,
          () => false,
        );
      return expect
        .poll(async () => (await Promise.all(urls.map(answer))).every(Boolean), { timeout: 120_000 })
        .toBe(true);
    }
  },
  { hosts: 3 },
);
