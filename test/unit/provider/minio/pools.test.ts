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

/** The store says that its pools are in these states. */
function live(main: PoolState, more: PoolState, others: Partial<LivePools> = {}): () => Promise<LivePools> {
  const pools = [
    { members: MEMBERS.main, name: "hash:1", state: main, movedObjects: 3, failedObjects: 0 },
    { members: MEMBERS.more, name: "hash:2", state: more, movedObjects: 7, failedObjects: 2 },
  ];
  return async () => ({ pools, isRebalancing: false, ...others });
}

/** Reasons for which it is refused to take pool `more` out. */
async function withoutMore(ask: () => Promise<LivePools>, olds = TWO, news: StorePools = {}): Promise<string[]> {
  const { main } = MEMBERS;
  const failures = await checkPools(olds, { pools: ["main"], members: { main }, store: STORE, ...news }, ask);
  return failures.map(({ reason }) => reason);
}

const never = () => Promise.reject(new Error("asked"));

test.each([
  ["a store that is new", {}, ["a", "b"]],
  ["no change", { pools: ["a", "b"] }, ["a", "b"]],
  ["another pool after the former ones", { pools: ["a", "b"] }, ["a", "b", "c"]],
])("fine, and nobody is asked: %s", async (_what, olds, pools) => {
  expect(await checkPools(olds, { pools, store: STORE }, never)).toEqual([]);
});

test("a pool that would come before a former one is refused, with a key that works", async () => {
  expect(await checkPools({ pools: ["main"] }, { pools: ["archive", "main"] }, never)).toEqual([
    {
      property: "",
      reason:
        'pools "archive": would come before a pool that is there, main, and MinIO keeps its pools in order, which is ' +
        'that of their keys: give it a key that sorts after "main", as "main-2" does',
    },
  ]);
});

test("a pool that MinIO has emptied may go, and what becomes of it is said", async () => {
  const said = vi.spyOn(console, "log").mockImplementation(() => {});
  expect(await withoutMore(live("active", "decommissioned"))).toEqual([]);
  expect(said.mock.calls).toEqual([
    ["pool more: MinIO has emptied it; its service goes, its drives stay on their hosts and are yours to remove"],
  ]);
  said.mockRestore();
});

test.each<[string, PoolState, RegExp]>([
  [
    "nobody told MinIO",
    "active",
    /^pools "more": is gone from pools, and holds its part of the data\. Put it back, have MinIO move that to the other pools with `npm run exec -- a mc admin decommission start local hash:2`, and take it out when `mc admin decommission status local` says Complete$/,
  ],
  [
    "MinIO is at it",
    "decommissioning",
    /still moving its data to the other pools \(7 objects so far\)\. Put it back until/,
  ],
  [
    "it failed",
    "failed",
    /could not move all of its data.* \(2 objects stayed\)\. Put it back, begin again with .*hash:2/,
  ],
  ["it was canceled", "canceled", /was canceled\. Put it back, begin again with .*hash:2/],
])("a pool that holds data is refused to go: %s", async (_what, state, reason) => {
  expect(await withoutMore(live("active", state))).toEqual([expect.stringMatching(reason)]);
});

test.each<[string, () => Promise<LivePools>, RegExp]>([
  ["another pool is the empty one", live("decommissioned", "active"), /holds its part of the data/],
  [
    "another pool is being emptied",
    live("decommissioning", "decommissioned"),
    /not done with emptying pool "main".*cancel local hash:1`/,
  ],
  ["pools are being rebalanced", live("active", "decommissioned", { isRebalancing: true }), /is rebalancing its pools/],
  [
    "none of its members answers",
    live("active", "decommissioned", { pools: [] }),
    /none of its members answers.*store-node3/,
  ],
  [
    "the store is silent",
    () => Promise.reject(new Error("no answer")),
    /cannot be asked .*: no answer\. Put it back, or/,
  ],
])("a pool is refused to go: %s", async (_what, ask, reason) => {
  expect(await withoutMore(ask)).toEqual([expect.stringMatching(reason)]);
});

test("what runs need not be what was declared last: members of two pools are not taken for one", async () => {
  const members = [...MEMBERS.main, ...MEMBERS.more];
  const one = { members, name: "hash:1", state: "decommissioned" as const, movedObjects: 0, failedObjects: 0 };
  expect(await withoutMore(live("decommissioned", "decommissioned", { pools: [one] }))).toEqual([
    expect.stringMatching(/of their own/),
  ]);
});

test("its hosts do not serve in another pool at once, with what is on their drives", async () => {
  const news = { pools: ["main", "next"], members: { main: MEMBERS.main, next: MEMBERS.more } };
  expect(await withoutMore(never, TWO, news)).toEqual([
    expect.stringMatching(/its members store-node3, store-node4 are in pool "next" now\. Take it out first/),
  ]);
});

test("without a record of its members it stays", async () => {
  expect(await withoutMore(never, { pools: ["main", "more"] })).toEqual([expect.stringMatching(/not on record/)]);
});

test("of a store that cannot be asked, no pool goes", async () => {
  expect(await checkPools(TWO, { pools: ["main"] }, never)).toEqual([
    {
      property: "",
      reason: expect.stringMatching(/^pools "more": is gone .* a pool of this store stays\. Put it back, or/),
    },
  ]);
});

test("in the preview of a Swarm that is made anew it is left to `up`; hosts to come are not asked", async () => {
  const said = vi.spyOn(console, "log").mockImplementation(() => {});
  expect(await withoutMore(never, TWO, { store: { ...STORE, swarmId: UNKNOWN } })).toEqual([]);
  expect(said.mock.calls).toEqual([[expect.stringContaining("is asked in `pulumi up`")]]);
  said.mockRestore();
  const nodes = { new: { ...ENGINE, nodeId: UNKNOWN }, ...STORE.nodes };
  expect(await withoutMore(live("active", "active"), TWO, { store: { ...STORE, nodes } })).toEqual([
    expect.stringContaining("npm run exec -- a mc"),
  ]);
});

test("the one pool of an earlier release is known from its state", async () => {
  const olds = { immutable: { pools: { value: ["main"], reason: "so it is." } } };
  expect(await checkPools(olds, { pools: ["main", "more"] }, never)).toEqual([]);
  expect(await checkPools(olds, { pools: ["more"], store: STORE }, never)).toHaveLength(1);
  const { failures } = await RootCredentials.check!(olds, { pools: ["archive", "main"] });
  expect(failures).toHaveLength(1);
});

test("pools as MinIO tells of them, by the members that answer", () => {
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
