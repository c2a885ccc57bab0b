import * as pulumi from "@pulumi/pulumi";
import { afterEach, expect, test, vi } from "vitest";
import { createLocalStack } from "../../../stacks/local.ts";
import { readSettings } from "../../../stacks/settings.ts";
import { configure, getValue, runProgram } from "../harness.ts";

afterEach(() => {
  pulumi.runtime.setAllConfig({});
  vi.unstubAllEnvs();
});

/** Returns the ranges that a local stack with these settings allows in the machine's firewall; undefined: no firewall. */
async function allowed(settings: Record<string, unknown>): Promise<unknown> {
  configure({ hostname: "laptop", engine: "unix:///run/docker.sock", ...settings });
  const { resources } = await runProgram(() => createLocalStack(readSettings()), {
    outputs: (type) => (type.endsWith(":RootCredentials") ? { user: "u", password: "p", generation: "g" } : {}),
  });
  const [firewall] = resources.filter(({ type }) => type.endsWith(":HostFirewall"));
  return (firewall?.inputs["filter"] as { allowFrom: string[] } | undefined)?.allowFrom;
}

test.each<[Record<string, unknown>, string[] | undefined]>([
  [{}, ["127.0.0.1"]],
  [{ driver: "host" }, ["127.0.0.1"]],
  [{ driver: "bridge" }, ["127.0.0.1"]],
  [{ endpointAddress: "192.0.2.1" }, ["127.0.0.1"]],
  [{ allowFrom: ["10.1.0.0/16"] }, ["10.1.0.0/16"]],
  [{ expose: true, allowFrom: ["10.1.0.0/16"] }, ["10.1.0.0/16"]],
  [{ expose: true }, undefined],
  [{ expose: false }, undefined],
  [{ driver: "macvlan", subnet: "10.50.0.0/24", link: { parent: "eth0.50", ipRange: "10.50.0.17/32" } }, undefined],
])("a local stack with %j allows %j", async (settings, ranges) => expect(await allowed(settings)).toEqual(ranges));

test.each([
  [undefined, "http://127.0.0.1:9000"],
  ["unix:///run/docker.sock", "http://127.0.0.1:9000"],
  ["ssh://me@nas.example", "http://nas.example:9000"],
  ["ssh://me@192.0.2.7:2222", "http://192.0.2.7:9000"],
])("a local stack with DOCKER_HOST %s has the endpoint %s", async (host, endpoint) => {
  vi.stubEnv("DOCKER_HOST", host);
  configure({ hostname: "nas", expose: true });
  const { value } = await runProgram(() => createLocalStack(readSettings()), {
    outputs: (type) => (type.endsWith(":RootCredentials") ? { user: "u", password: "p", generation: "g" } : {}),
  });
  expect(await getValue(pulumi.output(value.endpoints))).toEqual({ local: endpoint });
});
