import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { formatIssue } from "../../../../core/input-validation-error.ts";
import type { SwarmArgs } from "../../../../components/swarm/args.ts";
import { validateSwarm } from "../../../../components/swarm/validation.ts";
import { fakeHost } from "../../harness.ts";

const host = (key: string, hostname = key) => fakeHost(key, {}, hostname);
const managers = [host("a")];

test.each<[string, SwarmArgs]>([
  ["the required arguments", { managers }],
  [
    "every argument",
    { managers, workers: [host("b")], subnetSize: 24, dataPathPort: 4789, availability: { b: "drain" } },
  ],
  [
    "Outputs, which are validated later",
    { managers, subnetSize: pulumi.output(99), addressPools: [pulumi.output("x")] },
  ],
])("accepts %s", (_what, args) => expect(validateSwarm(args)).toEqual([]));

test.each<[Partial<SwarmArgs>, string]>([
  [{ managers: [] }, "managers []: a Swarm needs at least one"],
  [{ workers: [host("a", "b")] }, 'managers/workers "a": two hosts have this key'],
  [{ workers: [host("b", "a")] }, 'managers/workers "a": two hosts have this hostname'],
  [{ availability: { x: "drain" } }, 'availability "x": is not the key of a host: choose one of a'],
  [{ addressPools: ["10.0.0.0"] }, 'addressPools[0] "10.0.0.0": '],
  [{ addressPools: ["10.0.0.1/8"] }, 'addressPools[0] "10.0.0.1/8": '],
  [{ addressPools: ["10.8.0.0/13", "10.9.0.0/16"] }, 'addressPools[1] "10.9.0.0/16": overlaps with 10.8.0.0/13'],
  [
    { addressPools: ["10.8.0.0/25"] },
    'addressPools[0] "10.8.0.0/25": is smaller than one subnet of /24: give a larger pool, or subnetSize: 26 or more',
  ],
  [
    { addressPools: ["10.8.0.0/24", "10.9.0.0/16"], subnetSize: 20 },
    'addressPools[0] "10.8.0.0/24": is smaller than one subnet of /20: give a larger pool, or subnetSize: 25 or more',
  ],
  [{ subnetSize: 31 }, "subnetSize 31: must be a whole number from 9 to 29"],
  [{ dataPathPort: 80 }, "dataPathPort 80: must be a whole number from 1024 to 49151"],
  [{ certificateExpiryDays: 0.5 }, "certificateExpiryDays 0.5: must be a whole number from 1 to 3650"],
  [{ taskHistoryLimit: -1 }, "taskHistoryLimit -1: must be a whole number from 0 to 1000"],
  [{ timeoutSeconds: 0 }, "timeoutSeconds 0: must be a whole number from 1 to 3600"],
])("rejects %j", (change, line) => {
  const lines = validateSwarm({ managers, ...change }).map((finding) => formatIssue('Swarm "s"', finding));
  expect(lines).toEqual([expect.stringContaining(`Swarm "s": ${line}`)]);
});

test("rejects a program without type checks whose managers are no list", () => {
  const lines = validateSwarm({ managers: host("a") } as unknown as Parameters<typeof validateSwarm>[0]);
  expect(lines.map((issue) => formatIssue('Swarm "s"', issue))).toEqual([
    'Swarm "s": managers "object": must be a list of hosts: managers: [host]',
  ]);
});
