import { beforeEach, expect, test, vi } from "vitest";
import { RootServiceAccounts } from "../../../../provider/minio/root-service-accounts.ts";
import type { McResult, StoreLocation } from "../../../../provider/minio/admin-client.ts";
import { User } from "../../../../provider/minio/user.ts";

const STORE: StoreLocation = { managers: {}, swarmId: "s", nodes: {}, serviceName: "store", serviceIds: { main: "i" } };

/** A store with one user that has one service account. Records the commands. */
const { asked, store } = vi.hoisted(() => ({
  asked: [] as string[],
  store: {
    userStatus: "enabled",
    canList: true,
    svcaccs: [{ accessKey: "backdoor" }, { accessKey: "site-replicator-0" }],
  },
}));

vi.mock(import("../../../../provider/minio/admin-client.ts"), async (original) => {
  const answerTo = (args: string[]): McResult<unknown> => {
    asked.push(args.slice(1).join(" "));
    if (args[1] === "user" && args[2] === "info") {
      return { ok: true, value: { policyName: "p", userStatus: store.userStatus } };
    }
    if (args[1] === "policy" && args[2] === "info") return { ok: true, value: { policyInfo: { Policy: {} } } };
    if (args[1] !== "accesskey") return { ok: true, value: {} };
    return store.canList ? { ok: true, value: { svcaccs: store.svcaccs } } : { ok: false, code: "", message: "help" };
  };
  return {
    ...(await original()),
    mcTry: <T>(_store: StoreLocation, args: string[]) => Promise.resolve(answerTo(args) as McResult<T>),
    mc: <T>(_store: StoreLocation, args: string[]) => Promise.resolve((answerTo(args) as { value: T }).value),
  };
});

const user = { store: STORE, accessKey: "app", policyName: "p", policy: "{}", policies: ["p"], enabled: true };
const removed = () => asked.filter((line) => line.startsWith("accesskey rm"));

beforeEach(() => {
  asked.length = 0;
  Object.assign(store, { userStatus: "enabled", canList: true });
});

test.each<[string, object, object, string, boolean]>([
  ["a new secret key", {}, { generation: "2" }, "enabled", true],
  ["service accounts found by a refresh", { serviceAccounts: ["backdoor"] }, {}, "enabled", true],
  ["a disabled user, for which MinIO lists none", {}, {}, "disabled", true],
  ["another policy", {}, { policy: '{"a":1}' }, "enabled", false],
])("removes a user's service accounts or keeps them: %s", async (_what, olds, news, userStatus, isRevoked) => {
  store.userStatus = userStatus;
  const { outs } = await User.update!("app", { ...user, secretKey: "s", ...olds }, { ...user, ...news });
  expect(removed()).toEqual(isRevoked ? ["accesskey rm local backdoor"] : []);
  expect(outs.serviceAccounts).toEqual([]);
  // Only after the key changed: then the user can create no other service account.
  const [key, listed] = ["user add", "accesskey ls"].map((start) => asked.findIndex((line) => line.startsWith(start)));
  if (isRevoked) expect(key).toBeLessThan(listed ?? -1);
});

test("a refresh records a user's service accounts, and none if they cannot be listed", async () => {
  const state = { ...user, secretKey: "s" };
  expect((await User.read("app", state)).props?.serviceAccounts).toEqual(["backdoor"]);
  store.canList = false;
  expect((await User.read("app", state)).props?.serviceAccounts).toEqual([]);
});

test.each([
  ["a new password", { generation: "2" }, true],
  ["another location", { store: { ...STORE, nodes: {} } }, false],
])("removes the root user's service accounts or keeps them: %s", async (_what, change, isRevoked) => {
  const olds = { store: STORE, user: "root", generation: "1" };
  await RootServiceAccounts.update!("store", olds, { ...olds, ...change });
  expect(removed()).toEqual(isRevoked ? ["accesskey rm local backdoor"] : []);
});

test("keeps the service accounts of an existing store", async () => {
  await RootServiceAccounts.create({ store: STORE, user: "root", generation: "1" });
  expect(asked).toEqual([]);
});
