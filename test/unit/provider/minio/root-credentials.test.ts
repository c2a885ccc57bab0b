import { describe, expect, test } from "vitest";
import { RootCredentials } from "../../../../provider/minio/root-credentials.ts";

const olds = { requestedUser: undefined, user: "root-abc", password: "p", generation: "g" };

test("generates a different user and password each time", async () => {
  const [one, other] = [await RootCredentials.create({}), await RootCredentials.create({})];
  expect(one.outs.user).toMatch(/^root-[A-Za-z0-9]{12}$/);
  expect(one.outs.password).toMatch(/^[A-Za-z0-9]{40}$/);
  expect(one.outs.password).not.toBe(other.outs.password);
  expect(one.id).not.toBe(other.id);
});

test("uses the requested user", async () => {
  expect((await RootCredentials.create({ requestedUser: "boss" })).outs.user).toBe("boss");
});

test.each([
  [undefined, undefined, false],
  ["boss", "boss", false],
  [undefined, "boss", true],
  ["boss", undefined, true],
])("requested %s, then %s: changes %s", async (before, after, changes) => {
  expect(await RootCredentials.diff("id", { ...olds, requestedUser: before }, { requestedUser: after })).toEqual({
    changes,
  });
});

test("keeps the password of another user, with a new generation", async () => {
  const { outs } = await RootCredentials.update!("id", olds, { requestedUser: "boss" });
  expect(outs).toMatchObject({ requestedUser: "boss", user: "boss", password: "p" });
  expect(outs.generation).not.toBe("g");
});

test("keeps the present user if none is requested any more", async () => {
  const { outs } = await RootCredentials.update!("id", { ...olds, requestedUser: "boss", user: "boss" }, {});
  expect(outs).toMatchObject({ user: "boss", password: "p", generation: "g" });
});

describe("a given password", () => {
  test("is used", async () => {
    expect((await RootCredentials.create({ password: "given" })).outs.password).toBe("given");
  });

  test.each([
    ["the same", "p", "p", false],
    ["another", "other", "other", true],
    ["removed", undefined, "p", false],
  ])("%s", async (_what, password, expected, isAnother) => {
    expect(await RootCredentials.diff("id", olds, { password })).toEqual({ changes: isAnother });
    const { outs } = await RootCredentials.update!("id", olds, { password });
    expect(outs.password).toBe(expected);
    expect(outs.generation !== "g").toBe(isAnother);
  });

  test("replaces a generated one, and vice versa", async () => {
    const generated = { ...olds, passwordGeneration: "2" };
    const { outs: given } = await RootCredentials.update!("id", generated, { password: "given" });
    expect(given).toMatchObject({ password: "given" });
    const { outs } = await RootCredentials.update!("id", given, { passwordGeneration: "2" });
    expect(outs.password).toMatch(/^[A-Za-z0-9]{40}$/);
  });
});

test("read returns the state", async () => {
  expect(await RootCredentials.read("id", olds)).toEqual({ id: "id", props: olds });
  await expect(RootCredentials.read("id")).rejects.toThrow(
    "root credentials id cannot be imported: they are generated",
  );
});

test("rejects changes of the store's immutable values as long as the credentials exist", async () => {
  const immutable = (value: string) => ({ mode: { value, reason: "so it is." } });
  const check = (olds: string, news: string) =>
    RootCredentials.check!({ immutable: immutable(olds) }, { immutable: immutable(news) });
  expect((await check("global", "global")).failures).toEqual([]);
  expect((await check("global", "replicated")).failures).toEqual([
    { property: "", reason: 'mode "replicated": cannot change from "global": so it is.' },
  ]);
  expect((await RootCredentials.check!({}, { immutable: immutable("global") })).failures).toEqual([]);
});

test("generates a new password for the same user with another passwordGeneration", async () => {
  expect(await RootCredentials.diff("id", olds, { passwordGeneration: "2" })).toEqual({ changes: true });
  const { outs } = await RootCredentials.update!("id", olds, { passwordGeneration: "2" });
  expect(outs).toMatchObject({ user: "root-abc", passwordGeneration: "2" });
  expect(outs.password).toMatch(/^[A-Za-z0-9]{40}$/);
  expect(outs.generation).not.toBe("g");
  expect(await RootCredentials.diff("id", outs, { passwordGeneration: "2" })).toEqual({ changes: false });
});
