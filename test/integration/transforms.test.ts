import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT } from "../../toolchain/cache.ts";
import { nameFromUrn } from "../../commands/lib/events.ts";
import type { RunResult } from "./pulumi-process.ts";
import { TestStack } from "./stack.ts";

let stack: TestStack;
let preview: RunResult;
beforeAll(async () => {
  stack = await TestStack.create({ project: join(ROOT, "test", "integration", "programs", "transforms") });
  preview = await stack.preview();
});
afterAll(() => stack?.remove());

/** Returns what the program printed at its end. */
function printed(what: string): Record<string, unknown> {
  const [, text = "{}"] = new RegExp(`${what}: (\\{.*\\})`).exec(preview.output) ?? [];
  return JSON.parse(text) as Record<string, unknown>;
}

/** Returns the inputs with which Pulumi registered a resource. */
function inputsOf(type: string, name: string): Record<string, unknown> | null | undefined {
  const steps = preview.events.flatMap(({ resourcePreEvent }) => resourcePreEvent?.metadata ?? []);
  return steps.find((step) => step.type === type && nameFromUrn(step.urn) === name)?.new?.inputs;
}

test("a component's transforms are called for every child, with stable names", () => {
  const children = printed("children") as Record<string, string[]>;
  const sorted = Object.fromEntries(
    Object.entries(children).map(([component, names]) => [component, names.toSorted()]),
  );
  expect(sorted).toEqual({
    host: ["local", "local-machine"],
    swarm: ["swarm", "swarm-cluster", "swarm-docker", "swarm-member-local", "swarm-preflight"],
    network: ["network", "network-allocation", "network-network", "network-owner"],
    late: ["late", "late-allocation", "late-network", "late-owner"],
    store: [
      "store",
      "store-credentials",
      "store-main",
      "store-mc-host-config",
      "store-member-local",
      "store-owner",
      "store-root-keys",
      "store-root-password",
      "store-root-user",
      "store-tls",
      "store-tls-ca",
      "store-tls-certificate",
      "store-tls-key",
    ],
  });
});

test("a transform of the whole stack sees the arguments of each component, and secrets as such", () => {
  const seen = printed("seen");
  expect(seen).toMatchObject({
    network: {},
    late: { subnet: "10.99.0.0/24" },
    store: { port: 9100, tls: {} },
    photos: { versioning: true },
    app: { access: { photos: "readonly" }, secretKey: "(secret)" },
    gateway: { port: 8443, tls: { key: "(secret)" } },
    web: { spec: { Name: "web" } },
    macvlan: { subnet: "10.50.0.0/24", hosts: { local: { parent: "eth1" } } },
    ipvlan: { subnet: "10.60.0.0/24" },
    bridged: { mtu: 1400 },
    predefined: {},
  });
  expect(inputsOf("swarm:index:MinioUser", "app")).toMatchObject({ secretKey: { ciphertext: "[secret]" } });
  expect(inputsOf("swarm:index:S3Gateway", "gateway")).toMatchObject({
    tls: { key: { ciphertext: "[secret]" } },
  });
  const inputs = preview.events.map(({ resourcePreEvent }) => resourcePreEvent?.metadata.new?.inputs);
  expect(JSON.stringify(inputs)).not.toContain("a-plain-secret-key");
});

test.each([
  ["OverlayNetwork", "network"],
  ["MinioService", "store"],
  ["MinioBucket", "photos"],
  ["MinioUser", "app"],
  ["S3Gateway", "gateway"],
  ["SwarmService", "web"],
  ["MacvlanNetwork", "macvlan"],
  ["IpvlanNetwork", "ipvlan"],
  ["BridgeNetwork", "bridged"],
  ["HostNetwork", "predefined"],
])("it can change the record of a %s", (kind, name) => {
  expect(inputsOf(`swarm:index:${kind}`, name)).toMatchObject({ reviewed: "yes" });
});

test("it can change a child", () => {
  expect(inputsOf("docker:index/network:Network", "network-network")).toMatchObject({ internal: true });
});
