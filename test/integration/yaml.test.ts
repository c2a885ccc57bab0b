import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureYamlHost } from "../../toolchain/languages.ts";
import { ensurePulumi } from "../../toolchain/pulumi.ts";
import { createLinkedExample } from "./linked-example.ts";
import { TestStack } from "./stack.ts";

interface Resource {
  type: string;
  properties?: Record<string, unknown>;
  options?: Record<string, unknown>;
}

/** A program for which no engine is needed. */
const RESOURCES: Record<string, Resource> = {
  host: { type: "swarm:Host", properties: { engine: "unix:///nowhere/docker.sock" } },
  swarm: { type: "swarm:Swarm", properties: { managers: ["${host}"] } },
  network: { type: "swarm:OverlayNetwork", properties: { swarm: "${swarm}" } },
};

let project: string;
let stack: TestStack;

beforeAll(async () => {
  project = createLinkedExample("ssh-store-yaml");
  const languageHosts = [await ensureYamlHost(await ensurePulumi())];
  // Pulumi is started without `npm run`, behind a proxy that does not answer.
  const env = { https_proxy: "http://127.0.0.1:1", no_grpc_proxy: "" };
  stack = await TestStack.create({ project, languageHosts, env });
});
afterAll(() => {
  stack?.remove();
  rmSync(project, { recursive: true });
});

function declare(resources: Record<string, Resource>): void {
  const file = join(project, "Pulumi.yaml");
  const program = parse(readFileSync(file, "utf8")) as object;
  writeFileSync(file, stringify({ ...program, outputs: {}, resources: { ...RESOURCES, ...resources } }));
}

const NETWORK = "swarm:OverlayNetwork";
const SERVICE = "swarm:SwarmService";

test.each<[string, Resource, string]>([
  [
    "YAML itself rejects a name that is not in the schema",
    { type: NETWORK, properties: { swarm: "${swarm}", subnett: "10.20.0.0/24" } },
    "Property subnett does not exist on 'swarm:index:OverlayNetwork'",
  ],
  [
    "the plugin rejects a component for a text, which YAML accepts",
    { type: NETWORK, properties: { swarm: "${swarm}", subnet: "${network}" } },
    'OverlayNetwork "wrong": subnet "(a component of type OverlayNetwork)": must be a string',
  ],
  [
    "the plugin rejects half a spec, which the schema does not describe",
    { type: SERVICE, properties: { swarm: "${swarm}", spec: { Name: "web" } } },
    'SwarmService "wrong": spec.Mode (not given): must be an object',
  ],
])("%s", async (_case, wrong, line) => {
  declare({ wrong });
  const { output } = await stack.expectFailure("preview");
  expect(output).toContain(line);
  expect(output).not.toMatch(/^\s+at .*[:(]\d+/m);
});

test("resource options in YAML reach the children as in TypeScript", async () => {
  const spec = { Name: "web", Mode: { Global: {} }, TaskTemplate: { ContainerSpec: { Image: "caddy:2" } } };
  declare({
    guarded: { type: NETWORK, properties: { swarm: "${swarm}" }, options: { protect: true } },
    web: {
      type: SERVICE,
      properties: { swarm: "${swarm}", spec },
      options: { retainOnDelete: true, ignoreChanges: ["spec"], dependsOn: ["${guarded}"], deletedWith: "${swarm}" },
    },
  });
  const plan = join(stack.folder, "plan.json");
  await stack.pulumi("preview", "--non-interactive", "--save-plan", plan);
  const { resourcePlans } = JSON.parse(readFileSync(plan, "utf8")) as {
    resourcePlans: Record<string, { goal: Record<string, unknown> }>;
  };
  const goalOf = (end: string) => Object.entries(resourcePlans).find(([urn]) => urn.endsWith(end))?.[1].goal;
  expect(goalOf("docker:index/network:Network::guarded-network")).toMatchObject({ protect: true });
  // Pulumi's engine rejects a `deletedWith` that is not a whole URN. A plan shows neither it nor `retainOnDelete`.
  expect(goalOf("swarm:index:Service::web")).toMatchObject({ ignoreChanges: ["spec"] });
});
