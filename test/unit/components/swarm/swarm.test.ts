import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { NodeSettings } from "../../../../components/swarm/node-settings.ts";
import type { SwarmArgs } from "../../../../components/swarm/args.ts";
import { Swarm } from "../../../../components/swarm/swarm.ts";
import { SwarmService } from "../../../../components/service/swarm-service.ts";
import {
  fakeHost,
  isSecret,
  getErrorMessage,
  type RegisteredResource,
  runProgram,
  type ProgramRunOptions,
  getValue,
} from "../../harness.ts";

const kind = (name: string) => `swarm:index:${name}`;

function outputs(type: string): Record<string, unknown> {
  if (type === kind("Cluster")) {
    return { ownsSwarm: true, unlockKey: "unlock", joinTokens: { worker: "worker-token", manager: "manager-token" } };
  }
  return type === kind("Member") ? { address: "198.51.100.1" } : {};
}

/** Three hosts with every argument. */
function whole(args: Partial<SwarmArgs> = {}): Swarm {
  const labelled = fakeHost("c", undefined, undefined, { labels: { disk: "fast" }, zone: "z1" });
  return new Swarm("swarm", { managers: [fakeHost("b"), fakeHost("a"), labelled], workers: [fakeHost("w")], ...args });
}

async function made(args: Partial<SwarmArgs> = {}, options: ProgramRunOptions = {}) {
  const { value, resources } = await runProgram(() => whole(args), { outputs, ...options });
  const of = (type: string) => resources.filter((resource) => resource.type === kind(type));
  const only = (type: string): RegisteredResource => {
    expect(of(type)).toHaveLength(1);
    return of(type)[0]!;
  };
  return { value, resources, of, only };
}

describe("a Swarm", () => {
  test("has a child for each purpose, by name, under the component", async () => {
    const { resources } = await made({ availability: { w: "drain" } });
    const [component, ...children] = resources.filter(({ name }) => name !== "pulumi-swarm-identity");
    expect(component).toMatchObject({ type: "swarm:index:Swarm", name: "swarm" });
    expect(children.map(({ name }) => name).toSorted()).toEqual([
      "swarm-cluster",
      "swarm-docker",
      "swarm-member-a",
      "swarm-member-b",
      "swarm-member-c",
      "swarm-member-w",
      "swarm-preflight",
    ]);
    expect(children.every(({ parent }) => parent === component!.urn)).toBe(true);
  });

  test("registers the same in a preview and in an update", async () => {
    const names = async (preview: boolean) => (await made({}, { preview })).resources.map(({ urn }) => urn).toSorted();
    expect(await names(true)).toEqual(await names(false));
  });

  test.each<[Partial<SwarmArgs>, string, object]>([
    [{ addressPools: ["10.9.0.0/16"] }, "Cluster", { addressPools: ["10.9.0.0/16"] }],
    [{ subnetSize: 26 }, "Cluster", { subnetSize: 26 }],
    [{ dataPathPort: 4790 }, "Cluster", { dataPathPort: 4790 }],
    [{ autolock: true }, "Cluster", { autolock: true }],
    [{ certificateExpiryDays: 30 }, "Cluster", { certificateExpiryDays: 30 }],
    [{ taskHistoryLimit: 2 }, "Cluster", { taskHistoryLimit: 2 }],
    [{ joinTokenGeneration: "second" }, "Cluster", { joinTokenGeneration: "second" }],
    [{ adopt: true }, "Cluster", { adopt: true }],
    [{ allowOutage: true }, "Cluster", { allowOutage: true }],
    [{ allowOutage: true }, "Preflight", { allowOutage: true }],
  ])("%j reaches the %s", async (args, child, inputs) => {
    expect((await made(args)).only(child).inputs).toMatchObject(inputs);
  });

  test("dataPathAddress of hosts reaches the Cluster, the Member and the Preflight", async () => {
    const fields = { dataPathAddress: pulumi.output("10.9.0.1") };
    const managers = [fakeHost("a", undefined, "a", fields), fakeHost("bb")];
    const { only, of } = await made({ managers, workers: [] });
    expect(only("Cluster").inputs).toMatchObject({ firstManager: { dataPathAddress: "10.9.0.1" } });
    const members = of("Member").map(({ name, inputs }) => [name, inputs["dataPathAddress"]] as const);
    expect(Object.fromEntries(members)).toEqual({ "swarm-member-a": "10.9.0.1", "swarm-member-bb": undefined });
    const { hosts } = only("Preflight").inputs as { hosts: Record<string, { dataPathAddress?: string }> };
    expect([hosts["a"]?.dataPathAddress, hosts["bb"]?.dataPathAddress]).toEqual(["10.9.0.1", undefined]);
  });

  test.each<[string, Partial<SwarmArgs>, object]>([
    ["none", {}, { addressPools: [] }],
    [
      "known ones",
      { addressPools: ["10.9.0.0/16"], subnetSize: 26, dataPathPort: 4790 },
      { addressPools: ["10.9.0.0/16"], subnetSize: 26, dataPathPort: 4790 },
    ],
    [
      "unknown ones",
      {
        addressPools: pulumi.output(["10.9.0.0/16"]),
        subnetSize: pulumi.output(26),
        dataPathPort: pulumi.output(4790),
      },
      { addressPools: [], deferred: ["addressPools", "subnetSize", "dataPathPort"] },
    ],
    [
      "a known pool and an unknown one",
      { addressPools: ["10.9.0.0/16", pulumi.output("10.10.0.0/16")] },
      { addressPools: ["10.9.0.0/16"], deferred: ["addressPools"] },
    ],
  ])("requires the address settings that are known before the run: %s", async (_, args, settings) => {
    const { inputs } = (await made(args)).only("Preflight");
    const [{ kind: _kind, subject: _subject, owner: _owner, adopt: _adopt, managers: _managers, ...required }] = inputs[
      "requirements"
    ] as [Record<string, unknown>];
    expect(required).toEqual(settings);
  });

  test("is created on the first manager by key", async () => {
    const { only } = await made();
    expect(only("Cluster").inputs["firstManager"]).toMatchObject({ hostKey: "a", advertiseAddress: "10.0.0.1" });
  });

  test("listens only on the address by which its hosts connect to each other", async () => {
    const { only, of } = await made();
    expect(only("Cluster").inputs["firstManager"]).toMatchObject({ listenAddress: "10.0.0.1:2377" });
    for (const { inputs } of of("Member")) expect(inputs["advertiseAddress"]).toBe("10.0.0.1");
  });

  test("joins managers before workers, so that a replacement exists before a manager is demoted", async () => {
    const { of } = await made();
    const [worker] = of("Member").filter(({ inputs }) => inputs["role"] === "worker");
    const managers = of("Member").filter(({ inputs }) => inputs["role"] === "manager");
    expect(worker!.dependencies).toEqual(expect.arrayContaining(managers.map(({ urn }) => urn)));
  });

  test("uses an engine only while it is a manager", async () => {
    const { resources, of } = await made();
    const provider = resources.find(({ type }) => type === "pulumi:providers:docker")!;
    const managers = of("Member").filter(({ inputs }) => inputs["role"] === "manager");
    expect(provider.dependencies).toEqual(expect.arrayContaining(managers.map(({ urn }) => urn)));
    expect(provider.inputs["host"]).toBe("unix:///run/a.sock");
  });

  test("records its join tokens in one place, which members do not repeat", async () => {
    const { of } = await made();
    expect(JSON.stringify(of("Member"))).not.toContain("-token");
    expect(of("Member").flatMap(({ secrets }) => secrets)).toEqual([]);
  });

  test.each([2, 40])("of %i workers records the same for each of them", async (count) => {
    const workers = Array.from({ length: count }, (_, at) => fakeHost(`worker${at}`));
    const { of } = await made({ workers });
    const sizes = of("Member").flatMap(({ inputs, dependencies, inputDependencies }) =>
      inputs["role"] === "worker" ? [[dependencies.length, Object.values(inputDependencies).flat().length]] : [],
    );
    // The identity, the Cluster and the managers' members; of these, inputs come from the first two.
    expect(sizes).toEqual(workers.map(() => [5, 2]));
  });

  test("depends on the preflight", async () => {
    const { only } = await made();
    expect(only("Cluster").dependencies).toContain(only("Preflight").urn);
  });

  test("passes its requirements to the preflight", async () => {
    const { only } = await made({ addressPools: ["10.9.0.0/16"], adopt: true });
    expect(only("Preflight").inputs["requirements"]).toEqual([
      expect.objectContaining({ kind: "swarm", subject: 'Swarm "swarm"', adopt: true, addressPools: ["10.9.0.0/16"] }),
    ]);
  });

  test("sets a host's labels and zone on its node", async () => {
    const labels = (await made()).of("Member").map(({ name, inputs }) => [name, inputs["labels"]] as const);
    expect(Object.fromEntries(labels)).toEqual({
      "swarm-member-c": { disk: "fast", "pulumi-swarm.zone": "z1" },
      ...{ "swarm-member-a": undefined, "swarm-member-b": undefined, "swarm-member-w": undefined },
    });
  });

  test("sets the availability of the nodes for which it is given", async () => {
    const { of } = await made({ availability: { w: "drain" } });
    expect(of("Member").map(({ name, inputs }) => [name, inputs["availability"]])).toEqual(
      expect.arrayContaining([
        ["swarm-member-w", "drain"],
        ["swarm-member-a", undefined],
      ]),
    );
  });

  test("records its arguments, with each host as its key", async () => {
    const { resources } = await made({ subnetSize: 26, availability: { w: "drain" } });
    expect(resources.find(({ type }) => type === kind("Swarm"))!.inputs).toEqual({
      ...{ managers: ["b", "a", "c"], workers: ["w"] },
      ...{ subnetSize: 26, availability: { w: "drain" } },
    });
  });

  test("returns nodes and engines by host key", async () => {
    const { value } = await made();
    expect(Object.keys(value.nodes).toSorted()).toEqual(["a", "b", "c", "w"]);
    expect(value.node("w").role).toBe("worker");
    expect(await getValue(value.node("w").nodeId)).toBe("swarm-member-w-id");
    expect(Object.keys(value.managers)).toEqual(["b", "a", "c"]);
    expect(() => value.node("x")).toThrow('host "x" is not in this Swarm: choose one of b, a, c, w');
  });

  test("rejects invalid arguments before it registers a child", async () => {
    expect(await getErrorMessage(() => whole({ subnetSize: 99 }))).toContain('Swarm "swarm": subnetSize 99: must be');
  });
});

describe("node settings", () => {
  test("are one resource below the component", async () => {
    const { resources } = await runProgram(
      () => new NodeSettings("fast", { swarm: whole(), host: "w", labels: { disk: "ssd" }, availability: "pause" }),
      { outputs },
    );
    const component = resources.find(({ type }) => type === kind("NodeSettings"))!;
    expect(component.inputs).toEqual({ host: "w", labels: { disk: "ssd" }, availability: "pause" });
    expect(component.dependencies).toEqual([]);
    const children = resources.filter(({ parent }) => parent === component.urn);
    expect(children).toMatchObject([
      {
        ...{ type: kind("NodeLabels"), name: "fast-node" },
        inputs: { nodeId: "swarm-member-w-id", labels: { disk: "ssd" }, availability: "pause" },
      },
    ]);
  });
});

describe("a service", () => {
  const spec = {
    Name: "web",
    Mode: { Replicated: { Replicas: 2 } },
    TaskTemplate: { ContainerSpec: { Image: "web:1" } },
  };
  const service = async (args: object = {}) => {
    const { value, resources } = await runProgram(() => new SwarmService("web", { swarm: whole(), spec, ...args }), {
      outputs,
    });
    return { value, inputs: resources.find(({ type }) => type === kind("Service"))!.inputs };
  };

  test("passes the spec to the engine unchanged, with the owner's labels", async () => {
    const { inputs, value } = await service();
    const owner = { project: "project", stack: "stack", name: "web" };
    const labels = Object.fromEntries(Object.entries(owner).map(([key, text]) => [`pulumi-swarm.${key}`, text]));
    expect(inputs).toMatchObject({ spec: { ...spec, Labels: labels }, owner, swarmId: "swarm-cluster-id" });
    expect(await getValue(value.serviceId)).toBe("web-id");
    expect(await getValue(value.serviceName)).toBe("web");
  });

  test("waits for the number of replicas, or for tasks", async () => {
    expect((await service()).inputs["tasks"]).toBe(2);
    expect((await service({ tasks: 1 })).inputs["tasks"]).toBe(1);
    expect((await service({ spec: { ...spec, Mode: { Global: {} } } })).inputs["tasks"]).toBe(1);
  });

  test.each([
    { restartTogether: ["TaskTemplate.ContainerSpec.Image"] },
    { immutable: { drives: { value: 2, reason: "so it is." } } },
    { readyCommand: ["true"] },
    { timeoutSeconds: 7 },
  ])("accepts %j", async (args) => {
    expect((await service(args)).inputs).toMatchObject(args);
  });
});

test("returns the Swarm's tokens and unlock key as secrets", async () => {
  const { value } = await made();
  const secret = [value.workerJoinToken, value.managerJoinToken, value.unlockKey].map((output: pulumi.Output<string>) =>
    isSecret(output),
  );
  expect(await Promise.all(secret)).toEqual([true, true, true]);
});
