import { expect, test } from "vitest";
import { exec } from "../../engine/exec.ts";
import { waitFor } from "./manual-changes.ts";
import { openBuckets, randomObject, waitUntilShared } from "./s3.ts";
import { type HostConfig, hostConfig, describeOnLab } from "./lab-fixture.ts";
import type { TestStack } from "./stack.ts";

const FIRST = { hosts: ["a", "b"] };
const SECOND = { hosts: ["c", "d"] };

describeOnLab(
  "a pool that is removed from a store",
  (fixture) => {
    const at = (machine: number, role: HostConfig["role"]) =>
      hostConfig(fixture().lab.host(machine), role, { d1: {}, d2: {} });
    const staying = () => ({ c: at(3, "manager"), d: at(4, "worker") });
    const objects = Object.fromEntries(Array.from({ length: 8 }, (_, at) => [`object${at}`, randomObject(300_000)]));

    /** Runs MinIO's client in the member on a machine. */
    async function mc(machine: number, ...args: string[]): Promise<string> {
      const { engine } = fixture().lab.host(machine);
      const [member] = await engine.listContainers();
      return (await exec(engine, member!.Id, ["mc", ...args])).stdout;
    }

    test("is refused while it holds data, and succeeds with its hosts once MinIO has decommissioned it", async () => {
      const { lab } = fixture();
      const machines = { a: at(1, "worker"), b: at(2, "worker"), ...staying() };
      const stack = await fixture().hostsStack(machines, {
        minReadySeconds: 1,
        store: { pools: { 2026: FIRST, 2027: SECOND } },
      });
      await stack.up();
      await waitUntilShared(stack);
      const [bucket] = Object.values(await openBuckets(stack, "all"));
      await bucket!.create();
      for (const [key, object] of Object.entries(objects)) await bucket!.put(key, object);

      stack.config("store", { pools: { 2027: SECOND } });
      const { output } = await stack.expectFailure("preview");
      expect(output).toMatch(/pools "2026": cannot be removed: it still holds data\. Restore it in `pools`/);
      const [, started = ""] = /npm run exec -- \w+ mc (admin decommission start local hash:\w+)`/.exec(output) ?? [];
      await mc(3, ...started.split(" "));
      await waitFor(
        async () => /Complete/.test(await mc(3, "admin", "decommission", "status", "local")),
        "the decommission to complete",
      );

      const preview = await stack.preview();
      expect(preview.output).toMatch(/pool 2026: is decommissioned/);
      expect(preview.output).toMatch(/store-2027: all tasks restart at once, a short outage/);
      const { steps } = await stack.up();
      expect(steps.map(({ op, name }) => `${op} ${name}`).toSorted()).toEqual([
        "delete store-2026",
        "delete store-member-a",
        "delete store-member-b",
        "delete store-pools",
        "update store",
        "update store-2027",
        "update store-root-keys",
      ]);
      await waitUntilShared(stack);
      await expectEqual(stack, objects, ["c", "d"]);
      expect((await stack.preview()).steps).toEqual([]);
      const drives = (await lab.host(1).engine.listVolumes()).map(({ Name }) => Name).toSorted();
      expect(drives).toEqual(["store-d1", "store-d2"]);

      stack.config("hosts", staying());
      await stack.up();
      expect((await lab.host(1).engine.info()).Swarm.LocalNodeState).toBe("inactive");
      await expectEqual(stack, objects, ["c", "d"]);
      expect((await stack.preview()).steps).toEqual([]);
    });
  },
  { hosts: 4 },
);

async function expectEqual(stack: TestStack, objects: Record<string, Buffer>, hosts: string[]): Promise<void> {
  const all = await openBuckets(stack, "all");
  expect(Object.keys(all).toSorted()).toEqual(hosts);
  for (const bucket of Object.values(all)) {
    for (const [key, object] of Object.entries(objects)) expect((await bucket.get(key)).equals(object)).toBe(true);
  }
}
