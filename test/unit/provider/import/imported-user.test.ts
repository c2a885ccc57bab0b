import { beforeEach, describe, expect, test, vi } from "vitest";
import type { McResult, StoreLocation } from "../../../../provider/minio/admin-client.ts";
import { ownerOf } from "../../../../provider/import/imported-user.ts";
import { User } from "../../../../provider/minio/user.ts";

const STORE: StoreLocation = { managers: {}, swarmId: "s", nodes: {}, serviceName: "store", serviceIds: { main: "i" } };

/** A store with one user. Records the commands with their input. */
const { asked, live } = vi.hoisted(() => ({
  asked: [] as string[],
  live: { policyName: "readwrite,diagnostics", userStatus: "enabled" },
}));

vi.mock(import("../../../../provider/minio/admin-client.ts"), async (original) => {
  const answerTo = (args: string[], input = ""): McResult<unknown> => {
    if (args[2] === "info") {
      const isKnown = args[1] === "user" && args[4] === "app";
      return isKnown
        ? { ok: true, value: live }
        : { ok: false, code: "XMinioAdminNoSuchUser", message: "no such user" };
    }
    asked.push([...args.slice(1), input.trim()].join(" ").trim());
    const value = args[1] === "accesskey" && args[2] === "ls" ? { svcaccs: [{ accessKey: "own" }] } : {};
    return { ok: true, value };
  };
  return {
    ...(await original()),
    mcTry: <T>(_store: StoreLocation, args: string[]) => Promise.resolve(answerTo(args) as McResult<T>),
    mc: <T>(_store: StoreLocation, args: string[], input?: string) =>
      Promise.resolve((answerTo(args, input) as { value: T }).value),
  };
});

vi.mock(import("../../../../provider/import/imported-store.ts"), async (original) => ({
  ...(await original()),
  locateImported: (_kind, id) => Promise.resolve({ store: STORE, name: id }),
}));

const engine = () => ({ host: "unix:///their.sock" });
const user = { store: STORE, accessKey: "app", policies: ["diagnostics", "readwrite"], enabled: true };

beforeEach(() => {
  asked.length = 0;
  Object.assign(live, { policyName: "readwrite,diagnostics", userStatus: "enabled" });
});

describe("an imported user", () => {
  test("has the names of its policies, no secret key, and no difference to itself", async () => {
    const read = await User.read("app", undefined, engine);
    expect(read).toEqual({ id: "app", props: user, inputs: user });
    const { inputs } = await User.check!(user, { ...user, policies: user.policies.toReversed() });
    expect(await User.diff("app", user, inputs)).toEqual({ changes: false, replaces: [] });
    expect(await User.read("app", user)).toEqual(read);
    expect(asked).toEqual([]);
    expect(User.secrets).toEqual(["secretKey"]);
  });

  test("does not exist under another name", async () => {
    expect(await User.read("absent", undefined, engine)).toEqual({ id: "" });
  });

  test("is refused if it belongs to another state", async () => {
    live.policyName = "my%20shop:prod:app:app";
    await expect(User.read("app", undefined, engine)).rejects.toThrow(
      "user app: cannot be imported: it belongs to another state: project my shop, stack prod: use the state",
    );
  });

  test.each<[string, object, object, string[]]>([
    [
      "other policies, which does not change its key",
      {},
      { policies: ["readonly", "readwrite"] },
      [
        "policy detach local diagnostics --user app",
        "policy attach local readonly --user app",
        "user enable local app",
      ],
    ],
    ["disabled", {}, { enabled: false }, ["user disable local app"]],
    [
      "a first given key, which may be the present one: its service accounts stay",
      {},
      { secretKey: "given-key" },
      ["user add local app given-key", "user enable local app"],
    ],
    [
      "another given key: its service accounts end",
      { secretKey: "given-key" },
      { secretKey: "other-key" },
      ["user add local app other-key", "accesskey ls local app", "accesskey rm local own", "user enable local app"],
    ],
    ["other policies with a known key", { secretKey: "given-key" }, { enabled: false }, ["user disable local app"]],
  ])("changes: %s", async (_case, olds, change, commands) => {
    const news = { ...user, ...olds, ...change };
    expect((await User.diff("app", { ...user, ...olds }, news)).changes).toBe(true);
    await User.update!("app", { ...user, ...olds }, news);
    expect(asked).toEqual(commands);
  });

  test("gets a new key with a new generation, and its service accounts end", async () => {
    const { outs } = await User.update!("app", user, { ...user, generation: "2" });
    expect(outs.secretKey).toHaveLength(40);
    expect(asked).toEqual([
      `user add local app ${outs.secretKey}`,
      "accesskey ls local app",
      "accesskey rm local own",
      "user enable local app",
    ]);
  });

  test("is deleted without its policies, which may be those of others", async () => {
    await User.delete!("app", user);
    expect(asked).toEqual(["user remove local app"]);
  });

  test("is not created where one of its name exists", async () => {
    await expect(User.create(user)).rejects.toThrow("import it with `pulumi import swarm:index:User`");
    expect(asked).toEqual([]);
  });
});

test.each([
  ["its own policy", ["readwrite", "shop:prod:app:key"], ["shop", "prod", "app", "key"]],
  ["the policy of another user", ["shop:prod:app:other"], undefined],
  ["a policy made by hand", ["team:key"], undefined],
  ["none", [], undefined],
])("the owner of a user with %s", (_case, policies, owner) => {
  expect(ownerOf("key", policies)).toEqual(owner);
});
