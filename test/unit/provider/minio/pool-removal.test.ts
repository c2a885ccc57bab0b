import { expect, test } from "vitest";
import type { Command } from "../../../fake-swarm/application.ts";
import type { DecommissionInfo } from "../../../../provider/minio/decommission-status.ts";
import { checkPools } from "../../../../provider/minio/pools.ts";
import { withFakeTime, specOf } from "../../../fake-swarm/test-swarm.ts";
import { advanceUntilSettled } from "../../../fake-swarm/time.ts";

const { start, said } = withFakeTime();

const MEMBERS = { a: ["store-host1"], b: ["store-host2"] };
const BEGUN = "2026-11-30T10:00:00Z";

/** A store of two pools with one host each, and the decommissioning status of the second one. */
async function store(
  told: DecommissionInfo,
  more: { rebalance?: string; members?: string[]; down?: boolean; client?: string } = {},
) {
  const scene = await start(2);
  const id = await scene.run(specOf("minio"));
  const asked: string[] = [];
  scene.fake.application.exec = ({ command, hostname }: Command) => {
    const [client, ...args] = command;
    if (client !== (more.client ?? "mc")) return { exitCode: 127, stderr: "executable file not found in $PATH" };
    asked.push(`${hostname} ${args.slice(0, -1).join(" ")}`);
    const said = (value: unknown) => ({ stdout: JSON.stringify(value) });
    if (args[1] === "info") {
      const servers = (more.members ?? ["store-host1", "store-host2"]).map((name, pool_index) => ({
        ...{ endpoint: `${name}:9000`, state: more.down && pool_index === 1 ? "offline" : "online" },
        drives: [{ pool_index }],
      }));
      return said({ info: { servers } });
    }
    if (args[1] === "decommission")
      return said([
        { id: 0, cmdline: "pool0" },
        { id: 1, cmdline: "pool1", decommissionInfo: told },
      ]);
    if (more.rebalance === undefined) {
      return said({ status: "error", error: { message: "Rebalance not started" } });
    }
    return said({ pools: [{ status: more.rebalance }] });
  };
  const address = { ...scene.address, nodes: scene.nodes, serviceName: "store", services: ["store"] };
  const olds = { pools: ["a", "b"], members: MEMBERS, store: address };
  const failures = async (news = { ...olds, pools: ["a"], members: { a: MEMBERS.a } }) =>
    (await advanceUntilSettled(checkPools(olds, news))).map(({ reason }) => reason);
  return { scene, id, asked, failures };
}

test("accepts the removal of a decommissioned pool, after inspecting the store", async () => {
  const { failures, asked } = await store({ startTime: BEGUN, complete: true });
  expect(await failures()).toEqual([]);
  expect(said()).toContain("pool b: is decommissioned; its service is removed");
  expect(asked).toEqual([
    "host1 admin info local",
    "host1 admin decommission status local",
    "host1 admin rebalance status local",
  ]);
});

test("uses the client under the name mcli", async () => {
  const { failures } = await store({ startTime: BEGUN, complete: true }, { client: "mcli" });
  expect(await failures()).toEqual([]);
});

test.each<[string, DecommissionInfo, RegExp]>([
  ["is active", {}, /"b": cannot be removed: it still holds data\. .*decommission start local pool1/],
  [
    "is being decommissioned",
    { startTime: BEGUN, objectsDecommissioned: 7 },
    /still moving its data .* \(7 objects so far\)/,
  ],
  [
    "could not be decommissioned",
    { startTime: BEGUN, failed: true, objectsDecommissionedFailed: 2 },
    /could not move all .* \(2 objects remain\)/,
  ],
  [
    "has a canceled decommissioning",
    { startTime: BEGUN, canceled: true },
    /was canceled\. .*start decommissioning again/,
  ],
])("rejects the removal of a pool that %s", async (_what, told, message) => {
  const { failures } = await store(told);
  expect(await failures()).toEqual([expect.stringMatching(message)]);
});

test("rejects the removal while MinIO rebalances, and accepts it afterwards", async () => {
  const busy = await store({ startTime: BEGUN, complete: true }, { rebalance: "Started" });
  expect(await busy.failures()).toEqual([expect.stringContaining("MinIO is rebalancing its pools")]);
  const over = await store({ startTime: BEGUN, complete: true }, { rebalance: "Completed" });
  expect(await over.failures()).toEqual([]);
});

test.each([
  ["is online", { down: true }],
  ["has a known name", { members: ["store-host1", "store-host9"] }],
])("rejects the removal of a pool of which no member %s", async (_what, more) => {
  const { failures } = await store({ startTime: BEGUN, complete: true }, more);
  expect(await failures()).toEqual([
    expect.stringContaining("none of its members (store-host2) is online in a pool that has only these members"),
  ]);
});

test("rejects the removal of the first pool while it is active", async () => {
  const { scene } = await store({ startTime: BEGUN });
  const before = { ...MEMBERS, c: ["store-host3"] };
  const address = { ...scene.address, nodes: scene.nodes, serviceName: "store", services: ["store"] };
  const news = { pools: ["b"], members: { b: MEMBERS.b }, store: address };
  const failures = await advanceUntilSettled(checkPools({ pools: ["a", "b"], members: before, store: address }, news));
  expect(failures.map(({ reason }) => reason)).toEqual([
    expect.stringContaining('"a": cannot be removed: it still holds data'),
  ]);
});

test("rejects the removal after a minute if no member of the store runs", async () => {
  const { scene, failures, id } = await store({ startTime: BEGUN, complete: true });
  scene.swarm.services.remove(id);
  const begun = performance.now();
  expect(await failures()).toEqual([
    expect.stringMatching(
      /the store is unreachable, so whether the pool is decommissioned is unknown: .*Restore it, or try again/,
    ),
  ]);
  expect(performance.now() - begun).toBeLessThan(65_000);
});

test("uses another member if one does not answer", async () => {
  const { scene, failures, asked } = await store({ startTime: BEGUN, complete: true });
  scene.fake.faults.add(
    "POST /containers/",
    { status: 500, message: "it is paused" },
    { engine: scene.fake.engine(1), times: Infinity },
  );
  expect(await failures()).toEqual([]);
  expect(new Set(asked.map((one) => one.split(" ")[0]))).toEqual(new Set(["host2"]));
});
