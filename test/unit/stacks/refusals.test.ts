import * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, test } from "vitest";
import { createStack } from "../../../stacks/index.ts";
import type { Settings } from "../../../stacks/settings.ts";
import { configure, type Registered, refusedBy } from "../harness.ts";
import { WRONG_ARGUMENTS } from "../wrong/arguments.ts";
import { MEANT_ELSEWHERE } from "../wrong/elsewhere.ts";
import { WRONG_HOST } from "../wrong/host.ts";
import { WRONG_NETWORK } from "../wrong/network.ts";
import { refusalLine, type Said, wrong, type WrongSettings } from "../wrong/said.ts";
import { WRONG_STORE } from "../wrong/store.ts";

afterEach(() => pulumi.runtime.setAllConfig({}));

/** Every setting is there: a new one that nothing refuses does not compile. */
const WRONG: WrongSettings<keyof Settings> = { ...WRONG_HOST, ...WRONG_NETWORK, ...WRONG_STORE, ...MEANT_ELSEWHERE };
const NO_SETTING = wrong(
  "a setting that is not there",
  { colour: "blue" },
  "pulumi-swarm:colour",
  "colour",
  "choose one of",
);

/** Refused by the program itself: Pulumi prints the message, with no stack trace, and nothing that waits is made. */
function expectRefused({ error, resources }: { error: unknown; resources: Registered[] }, said: Said): void {
  expect(pulumi.RunError.isInstance(error)).toBe(true);
  const { message } = error as Error;
  expect(
    refusalLine(message, said),
    `one line with the three of ${JSON.stringify(said)} in:\n${message}`,
  ).toBeDefined();
  const made = resources.filter(({ custom }) => custom).map(({ type }) => type.split(":").at(-1));
  expect(made.filter((kind) => kind !== "Host" && kind !== "Identity")).toEqual([]);
}

describe("wrong configuration of this repository's stack is refused before anything is made", () => {
  const rows = [NO_SETTING, ...Object.values(WRONG).flat()];

  test.each(rows)("$what", async ({ config, ...said }) => {
    configure({ engine: "unix:///nowhere/docker.sock", hostname: "laptop", ...config });
    expectRefused(await refusedBy(createStack), said);
  });

  test("a component says all that is wrong with it; the next one is not made any more", async () => {
    const store = { hostname: "laptop", image: "quay.io/minio/minio:latest", port: 99999, rootUser: "me" };
    configure(store);
    const { error } = await refusedBy(createStack);
    const expected = [/image ".*:latest":/, /rootUser "me":/, /port 99999:/].map((line) => expect.stringMatching(line));
    expect((error as Error).message.split("\n")).toEqual(expected);
    configure({ ...store, mtu: 68 });
    expect((await refusedBy(createStack)).error).toMatchObject({ message: expect.stringMatching(/^.*mtu 68:.*$/) });
  });
});

describe("wrong arguments that this repository's stack has no setting for are refused", () => {
  test.each(WRONG_ARGUMENTS)("$what", async ({ make, ...said }) => {
    expectRefused(await refusedBy(() => make("case")), said);
  });
});
