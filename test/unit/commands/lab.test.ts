import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseCount, parseGroups, parseHostNumber } from "../../../commands/lab/arguments.ts";
import { removeLabStack, labConfig, labStackProblem, writeLabStack } from "../../../commands/lab/stack-file.ts";
import { writeWorkingConfig } from "../../../commands/lib/config.ts";
import { openState, stackFile, type StateFolder } from "../../../commands/lib/state.ts";

test.each([
  ["1", 1],
  ["4", 4],
])("--hosts %s is accepted", (text, number) => expect(parseCount("--hosts", text, 1, 50)).toBe(number));

test.each(["0", "51", "-1", "1.5", "many", ""])("--hosts %j is refused", (text) => {
  expect(() => parseCount("--hosts", text, 1, 50)).toThrow(`--hosts "${text}": must be a whole number from 1 to 50`);
});

test("a host is given by its number or its name", () => {
  expect([parseHostNumber("2"), parseHostNumber("node12")]).toEqual([2, 12]);
  for (const text of ["", "two", "node", "2x"]) expect(() => parseHostNumber(text)).toThrow(`host "${text}"`);
});

test("a group has two or more hosts", () => {
  expect(parseGroups(["1", "2,node3"])).toEqual([[1], [2, 3]]);
  expect(() => parseGroups(["1,2,3"])).toThrow(/two groups/);
});

function labHost(number: number) {
  const ssh = { user: "root", identityFile: "/key", knownHosts: "/known", hostKey: "ssh-ed25519 AAAA" };
  return { number, hostname: `node${number}`, address: `192.0.2.${number}`, ssh };
}

test.each([
  [1, ["manager"]],
  [2, ["manager", "worker"]],
  [4, ["manager", "manager", "manager", "worker"]],
])("of %i hosts, an odd number are managers", (count, roles) => {
  const hosts = Array.from({ length: count }, (_, at) => labHost(at + 1));
  const config = labConfig(hosts, { disks: 0 });
  const made = Object.values(config["pulumi-swarm:hosts"] as Record<string, { role: string }>);
  expect(made.map(({ role }) => role)).toEqual(roles);
});

test("the stack file contains how to reach its hosts, and that their network is not encrypted", () => {
  expect(labConfig([labHost(1)], { disks: 2 })).toEqual({
    "pulumi-swarm:stack": "ssh",
    "pulumi-swarm:encrypted": false,
    "pulumi-swarm:hosts": {
      node1: {
        ...{ address: "192.0.2.1", user: "root", identityFile: "/key", hostKey: "ssh-ed25519 AAAA", role: "manager" },
        drives: { d1: { path: "/mnt/disk1" }, d2: { path: "/mnt/disk2" } },
      },
    },
  });
});

describe("the lab removes a stack only if it wrote all of it", () => {
  let project: string;
  let state: StateFolder;
  const file = () => join(project, "Pulumi.lab.yaml");

  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), "pulumi-swarm-lab-"));
    writeFileSync(join(project, "Pulumi.yaml"), "name: some-project\nruntime: nodejs\n");
    state = openState(project);
  });
  afterEach(() => rmSync(project, { recursive: true, force: true }));

  /** A state with a Swarm member at that address. */
  function stored(advertiseAddress: string): void {
    const path = stackFile(state, "lab");
    mkdirSync(dirname(path), { recursive: true });
    const member = { urn: "urn:x", type: "swarm:index:Member", inputs: { advertiseAddress } };
    writeFileSync(path, JSON.stringify({ checkpoint: { latest: { resources: [member] } } }));
  }
  const theirs = "config:\n  pulumi-swarm:hosts: { a: { address: 203.0.113.10 } }\n";

  test("may proceed if there is no stack", () => expect(labStackProblem(state)).toBeUndefined());

  test("removes its own stack, also with the user's settings in it", async () => {
    writeLabStack(state, [labHost(1)], { disks: 0 });
    writeFileSync(file(), `${readFileSync(file(), "utf8")}  pulumi-swarm:environment: { MINIO_REGION: eu }\n`);
    writeWorkingConfig(state, "lab", {});
    stored("192.0.2.1");
    expect(labStackProblem(state)).toBeUndefined();
    rmSync(stackFile(state, "lab"));
    await removeLabStack(state);
    expect([file(), join(state.path, "config", "Pulumi.lab.yaml")].map(existsSync)).toEqual([false, false]);
  });

  test.each<[string, () => void, RegExp]>([
    ["a file", () => writeFileSync(file(), theirs), /^Pulumi.lab.yaml: was not written by/],
    ["a state without a file", () => stored("192.0.2.1"), /^the state of stack lab: was not written by/],
    ["a configuration", () => writeWorkingConfig(state, "lab", {}), /config\/Pulumi.lab.yaml: was not written by/],
    [
      "a file instead of the lab's",
      () => (writeLabStack(state, [labHost(1)], { disks: 0 }), writeFileSync(file(), theirs)),
      /^Pulumi.lab.yaml: was not written by/,
    ],
    [
      "a further host",
      () => (writeLabStack(state, [labHost(1)], { disks: 0 }), writeFileSync(file(), withHost())),
      /has the host 203.0.113.10, which does not belong to the lab/,
    ],
    [
      "another host in the state",
      () => (writeLabStack(state, [labHost(1)], { disks: 0 }), stored("203.0.113.10")),
      /has the host 203.0.113.10, which does not belong to the lab/,
    ],
  ])("keeps the stack because of %s of the user's", (_what, make, problem) => {
    make();
    expect(labStackProblem(state)).toMatch(problem);
  });

  const withHost = () =>
    readFileSync(file(), "utf8").replace(
      "pulumi-swarm:hosts:",
      "pulumi-swarm:hosts:\n    x: { address: 203.0.113.10 }",
    );
});
