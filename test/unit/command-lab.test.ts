import { expect, test } from "vitest";
import { amount, groups, hostNumber } from "../../commands/lab/arguments.ts";
import { labConfig } from "../../commands/lab/stack-file.ts";

test.each([
  ["1", 1],
  ["4", 4],
])("--hosts %s is taken", (text, number) => expect(amount("--hosts", text, 1, 50)).toBe(number));

test.each(["0", "51", "-1", "1.5", "many", ""])("--hosts %j is refused", (text) => {
  expect(() => amount("--hosts", text, 1, 50)).toThrow(`--hosts "${text}": must be a whole number from 1 to 50`);
});

test("a host is called by its number or its name", () => {
  expect([hostNumber("2"), hostNumber("node12")]).toEqual([2, 12]);
  for (const text of ["", "two", "node", "2x"]) expect(() => hostNumber(text)).toThrow(`host "${text}"`);
});

test("groups of hosts are two or more", () => {
  expect(groups(["1", "2,node3"])).toEqual([[1], [2, 3]]);
  expect(() => groups(["1,2,3"])).toThrow(/two groups/);
});

function labHost(number: number) {
  const ssh = { user: "root", identityFile: "/key", knownHosts: "/known", hostKey: "ssh-ed25519 AAAA" };
  return { number, hostname: `node${number}`, address: `192.0.2.${number}`, ssh };
}

test.each([
  [1, ["manager"]],
  [2, ["manager", "worker"]],
  [4, ["manager", "manager", "manager", "worker"]],
])("of %i hosts an odd number are managers", (count, roles) => {
  const hosts = Array.from({ length: count }, (_, at) => labHost(at + 1));
  const config = labConfig(hosts, { disks: 0 });
  const made = Object.values(config["pulumi-swarm:hosts"] as Record<string, { role: string }>);
  expect(made.map(({ role }) => role)).toEqual(roles);
});

test("the stack says how its hosts are reached, and that nothing encrypts between them", () => {
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
