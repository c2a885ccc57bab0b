import * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, test } from "vitest";
import { createStack } from "../../../stacks/index.ts";
import type { Settings } from "../../../stacks/settings.ts";
import { configure, type RegisteredResource, runFailing } from "../harness.ts";
import { INVALID_ARGUMENTS } from "../invalid/arguments.ts";
import { SETTINGS_OF_OTHER_KINDS } from "../invalid/other-kinds.ts";
import { INVALID_HOST_SETTINGS } from "../invalid/host.ts";
import { INVALID_NETWORK_SETTINGS } from "../invalid/network.ts";
import { findRefusalLine, type ExpectedRefusal, invalid, type InvalidSettings } from "../invalid/expected-refusal.ts";
import { INVALID_STORE_SETTINGS } from "../invalid/store.ts";

afterEach(() => pulumi.runtime.setAllConfig({}));

/** Has an entry for every setting: without one, a new setting does not compile. */
const WRONG: InvalidSettings<keyof Settings> = {
  ...INVALID_HOST_SETTINGS,
  ...INVALID_NETWORK_SETTINGS,
  ...INVALID_STORE_SETTINGS,
  ...SETTINGS_OF_OTHER_KINDS,
};
const NO_SETTING = invalid(
  "a setting that is not there",
  { colour: "blue" },
  "pulumi-swarm:colour",
  "colour",
  "choose one of",
);

/** Expects that the program itself rejects the settings, without a stack trace, and registers no resources that wait. */
function expectRefused(
  { error, resources }: { error: unknown; resources: RegisteredResource[] },
  said: ExpectedRefusal,
): void {
  expect(pulumi.RunError.isInstance(error)).toBe(true);
  const { message } = error as Error;
  expect(
    findRefusalLine(message, said),
    `one line with the three of ${JSON.stringify(said)} in:\n${message}`,
  ).toBeDefined();
  const made = resources.filter(({ custom }) => custom).map(({ type }) => type.split(":").at(-1));
  expect(made.filter((kind) => kind !== "Machine" && kind !== "Identity")).toEqual([]);
}

describe("invalid config of this repository's stack is rejected before anything is created", () => {
  const rows = [NO_SETTING, ...Object.values(WRONG).flat()];

  test.each(rows)("$what", async ({ config, ...said }) => {
    configure({ engine: "unix:///nowhere/docker.sock", hostname: "laptop", ...config });
    expectRefused(await runFailing(createStack), said);
  });

  test("a component reports all of its errors, and later components are not created", async () => {
    const store = { hostname: "laptop", image: "quay.io/minio/minio:latest", port: 99999, rootUser: "me" };
    configure(store);
    const { error } = await runFailing(createStack);
    const expected = [/image ".*:latest":/, /rootUser "me":/, /port 99999:/].map((line) => expect.stringMatching(line));
    expect((error as Error).message.split("\n")).toEqual(expected);
    configure({ ...store, mtu: 68 });
    expect((await runFailing(createStack)).error).toMatchObject({ message: expect.stringMatching(/^.*mtu 68:.*$/) });
  });
});

describe("invalid arguments without a stack setting are rejected", () => {
  test.each(INVALID_ARGUMENTS)("$what", async ({ create, ...said }) => {
    expectRefused(await runFailing(() => create("case")), said);
  });
});
