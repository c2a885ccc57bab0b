import { expect, test } from "vitest";
import { RootCredentials } from "../../components/provider/root-credentials.ts";
import { poolFailures } from "../../components/provider/store-pools.ts";

const reasons = (...args: Parameters<typeof poolFailures>) => poolFailures(...args).map(({ reason }) => reason);

test.each([
  ["a store that is new", {}, ["a", "b"]],
  ["no change", { pools: ["a", "b"] }, ["a", "b"]],
  ["another pool after the former ones", { pools: ["a", "b"] }, ["a", "b", "c"]],
])("fine: %s", (_what, olds, pools) => {
  expect(reasons(olds, { pools })).toEqual([]);
});

test("a pool that would come before a former one is refused, with a key that works", () => {
  expect(reasons({ pools: ["main"] }, { pools: ["archive", "main"] })).toEqual([
    'pools "archive": would come before a pool that is there, main, and MinIO keeps its pools in order, which is that ' +
      'of their keys: give it a key that sorts after "main", as "main-2" does',
  ]);
});

test("a pool that is taken away is refused, with the steps", () => {
  expect(reasons({ pools: ["main", "more"] }, { pools: ["main"] })).toEqual([
    'pools "more": is gone from pools and holds its part of the data. Put it back. To empty it, have MinIO move its ' +
      "data to the other pools: `npm run exec -- mc admin decommission status local` lists the pools, in key order, " +
      "`… mc admin decommission start local <pool>` begins; once the list says Complete it takes no more writes. " +
      "An empty pool stays declared, or the data is copied to a second store with `mc mirror`",
  ]);
});

test("the one pool of an earlier release is known from its state", async () => {
  const olds = { frozen: { pools: { value: ["main"], because: "so it is." } } };
  expect(reasons(olds, { pools: ["main", "more"] })).toEqual([]);
  expect(reasons(olds, { pools: ["more"] })).toHaveLength(1);
  const { failures } = await RootCredentials.check!(olds, { pools: ["archive", "main"] });
  expect(failures).toHaveLength(1);
});
