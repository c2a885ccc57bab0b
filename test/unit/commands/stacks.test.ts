import { expect, test } from "vitest";
import { changedStacks, isNoCommit, renderStacks } from "../../../commands/stacks/changed.ts";
import { sharedSession, sharedVariables } from "../../../commands/lib/shared-backend.ts";
import { openState } from "../../../commands/lib/state.ts";

const STACKS = [
  { name: "dev", kind: "local" },
  { name: "prod", kind: "ssh" },
];

test.each<[string, string[] | undefined, string[]]>([
  ["its own file", ["Pulumi.prod.yaml"], ["prod"]],
  ["another's file", ["Pulumi.dev.yaml"], ["dev"]],
  ["the program", ["index.ts"], ["dev", "prod"]],
  ["a component", ["README.md", "components/swarm/swarm.ts"], ["dev", "prod"]],
  ["a function of stacks", ["stacks/store.ts"], ["dev", "prod"]],
  ["a dependency", ["package-lock.json"], ["dev", "prod"]],
  ["a policy", ["policy/pack/pack.cjs"], ["dev", "prod"]],
  ["the version of Pulumi", ["toolchain/versions.ts"], ["dev", "prod"]],
  ["only documentation and tests", ["docs/stacks.md", "test/unit/index.ts", "commands/up.ts", "Pulumi.other.yaml"], []],
  ["nothing", [], []],
  ["an unknown change", undefined, ["dev", "prod"]],
])("changed by %s", (_what, files, expected) => {
  const changed = changedStacks(STACKS, files).filter((stack) => stack.changed);
  expect(changed.map(({ name }) => name)).toEqual(expected);
});

test("names the commit that the stacks are compared with, and compares them only with one", () => {
  expect(renderStacks(STACKS)).not.toContain("changed");
  const table = renderStacks(changedStacks(STACKS, ["Pulumi.prod.yaml"]), "main");
  expect(table).toMatch(/│ changed since main │\n.*│ dev +│ local +│ no +│\n│ prod +│ ssh +│ yes +│/s);
});

test("recognises the missing commit before a branch's first push", () => {
  expect([isNoCommit("0".repeat(40)), isNoCommit("main"), isNoCommit("0a")]).toEqual([true, false, false]);
});

test("a shared stack uses the environment's backend and secrets, and nothing of this machine's state", () => {
  const toolchain = { bin: "/tools", plugins: [] };
  const outer = { PULUMI_BACKEND_URL: "s3://states", PULUMI_CONFIG_PASSPHRASE: "theirs" };
  const { env } = sharedSession(toolchain, "prod", outer);
  expect(env).toMatchObject({ ...outer, PULUMI_STACK: "prod" });
  expect(Object.keys(env)).not.toContain("PULUMI_CONFIG_PASSPHRASE_FILE");
  expect(Object.keys(env)).not.toContain("PULUMI_OPTION_CONFIG_FILE");
  expect(Object.keys(sharedVariables(openState(), "prod"))).not.toContain("PULUMI_BACKEND_URL");
  expect(() => sharedSession(toolchain, "prod", {})).toThrow(/^--shared: PULUMI_BACKEND_URL is not set: /);
});
