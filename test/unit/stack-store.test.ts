import * as pulumi from "@pulumi/pulumi";
import { afterEach, expect, test } from "vitest";
import { readSettings } from "../../stacks/settings.ts";
import { ssh } from "../../stacks/ssh.ts";
import { refusalOf, run } from "./harness.ts";

/** A stack of one host with those settings, as its config has them. */
function stackWith(settings: Record<string, unknown>) {
  const all = { stack: "ssh", hosts: { a: { address: "192.0.2.1" } }, ...settings };
  const texts = Object.entries(all).map(([key, value]) => [
    `pulumi-swarm:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  pulumi.runtime.setAllConfig(Object.fromEntries(texts) as Record<string, string>);
  return ssh(readSettings());
}
afterEach(() => pulumi.runtime.setAllConfig({}));

/** What the resources give out that others are made from. */
function outputs(type: string): Record<string, unknown> {
  if (!type.endsWith(":RootCredentials")) return {};
  return { user: "root-abc", password: "very-secret", generation: "g1" };
}

const firewalls = async (settings: Record<string, unknown>) => {
  const { resources } = await run(() => stackWith(settings), { outputs });
  return resources.filter(({ type }) => type.endsWith(":HostFirewall"));
};

test("allowFrom says who may reach the store", async () => {
  const [firewall, ...others] = await firewalls({ allowFrom: ["10.1.0.0/16"] });
  expect(others).toEqual([]);
  expect(JSON.stringify(firewall!.inputs)).toContain("10.1.0.0/16");
  expect(await firewalls({})).toEqual([]);
});

test("adoptNetwork takes a network on, of which nothing is asked that the settings do not say", async () => {
  const settings = { adopt: true, adoptNetwork: true, networkName: "theirs", attachable: true };
  const { resources } = await run(() => stackWith(settings), { outputs });
  expect(resources.map(({ type }) => type)).not.toContain("docker:index/network:Network");
  const [preflight] = resources.filter(({ type }) => type.endsWith(":Preflight"));
  const demands = preflight!.inputs["demands"] as { kind: string }[];
  expect(demands.filter(({ kind }) => kind === "network")).toMatchObject([
    { name: "theirs", adopt: true, shape: { attachable: true } },
  ]);
  expect(demands).toContainEqual(expect.objectContaining({ kind: "swarm", adopt: true }));
});

test.each<[unknown, RegExp]>([
  ["10.1.0.0/16", /config pulumi-swarm:allowFrom: expected Array, but it is "10\.1\.0\.0\/16": change it with/],
  [["10.1.0.0/33"], /allowFrom/],
])("allowFrom %j is refused", async (allowFrom, line) => {
  expect(await refusalOf(() => stackWith({ allowFrom }))).toMatch(line);
});
