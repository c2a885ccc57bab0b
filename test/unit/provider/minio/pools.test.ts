import { expect, test, vi } from "vitest";
import { toLivePools, type LivePools, type PoolState } from "../../../../provider/minio/decommission-status.ts";
import { RootCredentials } from "../../../../provider/minio/root-credentials.ts";
import { checkPools, type StorePools } from "../../../../provider/minio/pools.ts";

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const ENGINE = { nodeId: "n1", connection: { host: "unix:///a.sock" } };
const STORE = {
  managers: { a: ENGINE.connection },
  swarmId: "s1",
  nodes: { a: ENGINE },
  serviceName: "store",
  services: ["store-main"],
};
const MEMBERS = { main: ["store-node1", "store-node2"], more: ["store-node3", "store-node4"] };
const TWO: StorePools = { pools: ["main", "more"], members: MEMBERS };

/** Returns an inspection with the pools in these states. */
function live(main: PoolState, more: PoolState, others: Partial<LivePools> = {}): () => Promise<LivePools> {
  const pools = [
    { members: MEMBERS.main, name: "hash:1", state: main, movedObjects: 3, failedObjects: 0 },
    { members: MEMBERS.more, name: "hash:2", state: more, movedObjects: 7, failedObjects: 2 },
  ];
  return async () => ({ pools, isRebalancing: false, ...others });
}

/** Returns the reasons against removing pool `more`. */
async function withoutMore(ask: () => Promise<LivePools>, olds = TWO, news: StorePools = {}): Promise<string[]> {
  const { main } = MEMBERS;
  const failures = await checkPools(olds, { pools: ["main"], members: { main }, store: STORE, ...news }, ask);
  return failures.map(({ reason }) => reason);
}

const never = () => Promise.reject(new Error("inspected"));

test.each([
  ["a new store", {}, ["a", "b"]],
  ["no change", { pools: ["a", "b"] }, ["a", "b"]],
  ["one more pool after the existing ones", { pools: ["a", "b"] }, ["a", "b", "c"]],
])("accepts, without inspecting the store: %s", async (_what, olds, pools) => {
  expect(await checkPools(olds, { pools, store: STORE }, never)).toEqual([]);
});

test("rejects a pool that would come before an existing one, and suggests a key", async () => {
  expect(await checkPools({ pools: ["main"] }, { pools: ["archive", "main"] }, never)).toEqual([
    {
      property: "",
      reason:
        'pools "archive": would come before an existing pool (main), but MinIO needs its pools in a fixed order, which is ' +
        'that of their keys: use a key that sorts after "main", such as "main-2"',
    },
  ]);
});

test("accepts the removal of a decommissioned pool, and logs what happens to it", async () => {
  const said = vi.spyOn(console, "log").mockImplementation(() => {});
  expect(await withoutMore(live("active", "decommissioned"))).toEqual([]);
  expect(said.mock.calls).toEqual([
    ["pool more: is decommissioned; its service is removed, its drives stay on their hosts for you to remove"],
  ]);
  said.mockRestore();
});

test.each<[string, PoolState, RegExp]>([
  [
    "it is active",
    "active",
    /^pools "more": cannot be removed: it still holds data\. Restore it in `pools`, start decommissioning with `npm run exec -- a mc admin decommission start local hash:2`, and remove it once `mc admin decommission status local` says Complete$/,
  ],
  [
    "it is being decommissioned",
    "decommissioning",
    /still moving its data to the other pools \(7 objects so far\)\. Restore it until/,
  ],
  [
    "its decommissioning failed",
    "failed",
    /could not move all of its data.* \(2 objects remain\)\. Restore it, start decommissioning again with .*hash:2/,
  ],
  [
    "its decommissioning was canceled",
    "canceled",
    /was canceled\. Restore it, start decommissioning again with .*hash:2/,
  ],
])("rejects the removal of a pool that holds data: %s", async (_what, state, reason) => {
  expect(await withoutMore(live("active", state))).toEqual([expect.stringMatching(reason)]);
});

test.each<[string, () => Promise<LivePools>, RegExp]>([
  ["another pool is the decommissioned one", live("decommissioned", "active"), /it still holds data/],
  [
    "another pool is being decommissioned",
    live("decommissioning", "decommissioned"),
    /still decommissioning pool "main".*cancel local hash:1`/,
  ],
  ["pools are being rebalanced", live("active", "decommissioned", { isRebalancing: true }), /is rebalancing its pools/],
  [
    "none of its members is online",
    live("active", "decommissioned", { pools: [] }),
    /none of its members \(store-node3/,
  ],
  [
    "the store is unreachable",
    () => Promise.reject(new Error("no answer")),
    /the store is unreachable, .*: no answer\. Restore it, or/,
  ],
])("rejects the removal of a pool: %s", async (_what, ask, reason) => {
  expect(await withoutMore(ask)).toEqual([expect.stringMatching(reason)]);
});

test("rejects the removal if the recorded members run in a pool with others", async () => {
  const members = [...MEMBERS.main, ...MEMBERS.more];
  const one = { members, name: "hash:1", state: "decommissioned" as const, movedObjects: 0, failedObjects: 0 };
  expect(await withoutMore(live("decommissioned", "decommissioned", { pools: [one] }))).toEqual([
    expect.stringMatching(/that has only these members/),
  ]);
});

test("rejects members of a removed pool in another pool", async () => {
  const news = { pools: ["main", "next"], members: { main: MEMBERS.main, next: MEMBERS.more } };
  expect(await withoutMore(never, TWO, news)).toEqual([
    expect.stringMatching(/its members store-node3, store-node4 are in pool "next" now\. Remove the pool first/),
  ]);
});

test("rejects the removal of a pool whose members are not recorded", async () => {
  expect(await withoutMore(never, { pools: ["main", "more"] })).toEqual([expect.stringMatching(/not recorded/)]);
});

test("rejects the removal of a pool of a store that cannot be inspected", async () => {
  expect(await checkPools(TWO, { pools: ["main"] }, never)).toEqual([
    {
      property: "",
      reason: expect.stringMatching(
        /^pools "more": cannot be removed: this store does not support that\. Restore it, or/,
      ),
    },
  ]);
});

test("leaves the check to `up` if the Swarm is replaced, and skips hosts that do not exist yet", async () => {
  const said = vi.spyOn(console, "log").mockImplementation(() => {});
  expect(await withoutMore(never, TWO, { store: { ...STORE, swarmId: UNKNOWN } })).toEqual([]);
  expect(said.mock.calls).toEqual([[expect.stringContaining("`pulumi up` checks whether they are decommissioned")]]);
  said.mockRestore();
  const nodes = { new: { ...ENGINE, nodeId: UNKNOWN }, ...STORE.nodes };
  expect(await withoutMore(live("active", "active"), TWO, { store: { ...STORE, nodes } })).toEqual([
    expect.stringContaining("npm run exec -- a mc"),
  ]);
});

test("finds the only pool in the state of an earlier release", async () => {
  const olds = { immutable: { pools: { value: ["main"], reason: "so it is." } } };
  expect(await checkPools(olds, { pools: ["main", "more"] }, never)).toEqual([]);
  expect(await checkPools(olds, { pools: ["more"], store: STORE }, never)).toHaveLength(1);
  const { failures } = await RootCredentials.check!(olds, { pools: ["archive", "main"] });
  expect(failures).toHaveLength(1);
});

test("converts MinIO's pools, with the members that are online", () => {
  const server = (name: string, state: string, pool: number) => ({
    endpoint: `${name}:9000`,
    state,
    drives: [{ pool_index: pool }, { pool_index: pool }],
  });
  const servers = [server("store-a", "online", 0), server("store-b", "offline", 0), server("store-c", "online", 1)];
  const begun = { startTime: "2026-11-24T14:08:27Z", objectsDecommissioned: 4, objectsDecommissionedFailed: 1 };
  const states = [
    { startTime: "0001-01-01T00:00:00Z" },
    begun,
    { ...begun, complete: true },
    { ...begun, failed: true },
    { ...begun, canceled: true },
  ].map((decommissionInfo) => {
    const told = [
      { id: 1, cmdline: "hash:2" },
      { id: 0, cmdline: "hash:1", decommissionInfo },
    ];
    return toLivePools({ info: { servers } }, told)[0]?.state;
  });
  expect(states).toEqual(["active", "decommissioning", "decommissioned", "failed", "canceled"]);
  const told = [{ id: 1, cmdline: "hash:2", decommissionInfo: begun }];
  expect(toLivePools({ info: { servers } }, told)).toEqual([
    { members: ["store-a"], name: "", state: "active", movedObjects: 0, failedObjects: 0 },
    { members: ["store-c"], name: "hash:2", state: "decommissioning", movedObjects: 4, failedObjects: 1 },
  ]);
});
