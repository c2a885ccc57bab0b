import { expect, test } from "vitest";
import { exec } from "../../engine/exec.ts";
import { openBuckets, randomObject, waitUntilShared } from "./s3.ts";
import { type HostConfig, hostConfig, describeOnLab, type LabFixture } from "./lab-fixture.ts";
import type { TestStack } from "./stack.ts";

const TWO_DRIVES = { d1: {}, d2: {} };
const MAIN = { hosts: ["a", "b"] };
const MORE = { hosts: ["c", "d"] };

/** The part of `mc admin info --json` that describes pools and drives. */
interface Info {
  info: { servers: { drives: { pool_index: number; state: string; healing?: boolean }[] }[] };
}

describeOnLab(
  "a store with several pools",
  (fixture) => {
    const at = (machine: number, role: HostConfig["role"]) => hostConfig(fixture().lab.host(machine), role, TWO_DRIVES);
    const machines = () => ({ a: at(1, "manager"), b: at(2, "worker"), c: at(3, "worker"), d: at(4, "worker") });

    test("starts with one pool, gets a second one, rejects the removal of drives and pools, and heals a replaced machine", async () => {
      const stack = await fixture().hostsStack(machines(), { minReadySeconds: 1, store: { pools: { main: MAIN } } });
      await stack.up();
      await waitUntilShared(stack);
      const objects = { before: randomObject(), between: randomObject(), after: randomObject() };
      const [bucket] = Object.values(await openBuckets(stack, "all"));
      await bucket!.create();
      await bucket!.put("before", objects.before);

      stack.config("store", { pools: { main: MAIN, more: MORE } });
      const growth = await stack.up();
      expect(growth.steps.map(({ op, name }) => `${op} ${name}`).toSorted()).toEqual([
        "create store-member-c",
        "create store-member-d",
        "create store-more",
        "create store-pools",
        "update store",
        "update store-main",
        "update store-root-keys",
      ]);
      await waitUntilShared(stack);
      expect(poolsOf(await info(fixture(), 1)).toSorted()).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
      await expectEqual(stack, { before: objects.before });
      await (await openBuckets(stack, "all"))["d"]!.put("between", objects.between);
      expect((await stack.preview()).steps).toEqual([]);

      const listObjects = async () => {
        const { engine } = fixture().lab.host(1);
        return [...(await engine.listConfigs()), ...(await engine.listNodes())].map(({ ID, Spec }) => [ID, Spec]);
      };
      const before = await listObjects();
      const less = { drivesPerHost: 1 };
      stack.config("store", { pools: { main: { ...MAIN, ...less }, more: { ...MORE, ...less } } });
      expect((await stack.expectFailure("up")).output).toMatch(
        /host\.drives \(pool main\) .*d1.*: cannot change from .*d2/,
      );
      expect(await listObjects()).toEqual(before);

      stack.config("store", { pools: { main: MAIN } });
      expect((await stack.expectFailure("preview")).output).toContain("mc admin decommission start");
      stack.config("store", { pools: { main: MAIN, more: MORE } });

      stack.config("hosts", { ...machines(), b: at(5, "worker") });
      await stack.up();
      await waitUntilShared(stack);
      await (await openBuckets(stack, "all"))["b"]!.put("after", objects.after);
      await healed(fixture());
      expect((await stack.preview()).steps).toEqual([]);

      // Without the other host of its pool, all data comes from the new machine.
      await fixture().lab.kill(1);
      await expectEqual(stack, objects, ["b", "d"]);
    });
  },
  { hosts: 5 },
);

async function expectEqual(stack: TestStack, objects: Record<string, Buffer>, through?: string[]): Promise<void> {
  const all = await openBuckets(stack, "all");
  for (const host of through ?? Object.keys(all)) {
    for (const [key, object] of Object.entries(objects)) expect((await all[host]!.get(key)).equals(object)).toBe(true);
  }
}

/** Runs `mc admin info` in the member on a machine. */
async function info({ lab }: LabFixture, machine: number): Promise<Info> {
  const { engine } = lab.host(machine);
  const [member] = await engine.listContainers();
  const { stdout } = await exec(engine, member!.Id, ["mc", "admin", "info", "local", "--json"]);
  return JSON.parse(stdout) as Info;
}

const drivesOf = ({ info: { servers } }: Info) => servers.flatMap(({ drives }) => drives);
const poolsOf = (storeInfo: Info) => drivesOf(storeInfo).map(({ pool_index: pool }) => pool);

/** Waits until all drives are healed. MinIO looks for new drives every 10 s. */
async function healed(of: LabFixture): Promise<void> {
  await expect
    .poll(async () => drivesOf(await info(of, 1)).filter(({ state, healing }) => state !== "ok" || healing), {
      timeout: 120_000,
      interval: 1_000,
    })
    .toEqual([]);
}
