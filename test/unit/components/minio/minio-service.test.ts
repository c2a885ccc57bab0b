import * as pulumi from "@pulumi/pulumi";
import type { SettingsValidation } from "../../../../core/service-update.ts";
import { describe, expect, test } from "vitest";
import type { ServiceSpec } from "../../../../engine/types.ts";
import { MinioService, type MinioServiceArgs } from "../../../../components/minio/minio-service.ts";
import { Swarm } from "../../../../components/swarm/swarm.ts";
import {
  listDependencies,
  fakeHost,
  fakeNetwork,
  isSecret,
  getErrorMessage,
  type RegisteredResource,
  runProgram,
  type ProgramRunOptions,
  getValue,
} from "../../harness.ts";

const IMAGE = `registry.example/silo:1@sha256:${"a".repeat(64)}`;
const SERVICE = "swarm:index:Service";
const COMPONENT = "swarm:index:MinioService";

type StoreArgs = Omit<MinioServiceArgs, "swarm" | "network">;

function store(args: StoreArgs = {}, name = "store"): MinioService {
  const swarm = new Swarm("swarm", { managers: [fakeHost("b"), fakeHost("a"), fakeHost("c")] });
  return new MinioService(name, { swarm, network: fakeNetwork("network-1"), ...args });
}

function outputs(type: string): Record<string, unknown> {
  if (!type.endsWith(":RootCredentials")) return {};
  return { user: "root-abc", password: "very-secret", generation: "g1" };
}

async function made(args: StoreArgs = {}, options: ProgramRunOptions = {}) {
  const { value, resources } = await runProgram(() => store(args), { outputs, ...options });
  const component = resources.find(({ type }) => type === COMPONENT);
  const children = resources.filter(({ parent }) => parent === component?.urn);
  const services = children.filter(({ type }) => type === SERVICE);
  return { value, resources, children, services };
}

const specOf = ({ inputs }: RegisteredResource) => inputs["spec"] as ServiceSpec;

async function onlySpec(args: StoreArgs = {}): Promise<ServiceSpec> {
  const { services } = await made(args);
  expect(services).toHaveLength(1);
  return specOf(services[0]!);
}

describe("children", () => {
  test("in global mode, by name", async () => {
    const { children } = await made();
    expect(children.map(({ name }) => name).toSorted()).toEqual([
      "store-credentials",
      "store-main",
      "store-mc-host-config",
      "store-member-a",
      "store-member-b",
      "store-member-c",
      "store-owner",
      "store-root-keys",
      "store-root-password",
      "store-root-user",
    ]);
  });

  test("two pools: a service each, updated in parallel; only the last waits for the cluster", async () => {
    const pools = { more: { hosts: ["c", "b"] }, main: { hosts: ["a"] } };
    const { value, children, services } = await made({ pools });
    expect(services.map(({ name }) => name).toSorted()).toEqual(["store-main", "store-more"]);
    const urns = services.map(({ urn }) => urn);
    for (const { dependencies } of services) expect(urns.filter((urn) => dependencies.includes(urn))).toEqual([]);
    const waiting = services.filter(({ inputs }) => inputs["readyCommand"] !== undefined);
    expect(waiting.map(({ name }) => name)).toEqual(["store-more"]);
    const label = (name: string) => children.find((child) => child.name === name)?.inputs["labels"];
    expect(label("store-member-a")).toEqual({ "pulumi-swarm.minio.store-main": "member" });
    expect(label("store-member-c")).toEqual({ "pulumi-swarm.minio.store-more": "member" });
    const configs = children.filter(({ type }) => type === "docker:index/serviceConfig:ServiceConfig");
    expect(configs.map(({ name }) => name)).toEqual(["store-pools"]);
    for (const service of services) {
      expect(specOf(service).TaskTemplate.ContainerSpec.Configs).toMatchObject([{ ConfigID: "store-pools-id" }]);
    }
    expect(children.find(({ name }) => name === "store-credentials")?.inputs).toMatchObject({
      pools: ["main", "more"],
      members: { main: ["store-a"], more: ["store-b", "store-c"] },
      store: { serviceName: "store", services: ["store-main", "store-more"] },
    });
    for (const service of services) expect(service.inputs["peers"]).toEqual(["store-main", "store-more"]);
    expect(await getValue(value.serviceIds)).toEqual({ main: "store-main-id", more: "store-more-id" });
    expect(Object.keys(await getValue(value.endpoints))).toEqual(["a", "b", "c"]);
  });

  test("depend on the check of immutable values", async () => {
    const pools = { more: { hosts: ["c", "b"] }, main: { hosts: ["a"] } };
    const { resources, children } = await made({ pools, allowFrom: ["10.0.0.0/8"] });
    const credentials = children.find(({ name }) => name === "store-credentials")!;
    expect(credentials.inputs["immutable"]).toMatchObject({
      serviceName: { value: "store" },
      "pools.main.hosts": { value: ["a"] },
      "host.drives (pool more)": { value: { b: { d1: "volume" }, c: { d1: "volume" } } },
    });
    const others = children.filter(({ custom, urn }) => custom && urn !== credentials.urn);
    const ofHosts = ["a", "b", "c"].flatMap((host) => [`store-firewall-${host}`, `store-member-${host}`]);
    const secrets = ["store-mc-host-config", "store-root-keys", "store-root-password", "store-root-user"];
    const all = [...ofHosts, ...secrets, "store-main", "store-more", "store-owner", "store-pools"];
    expect(others.map(({ name }) => name).toSorted()).toEqual(all.toSorted());
    for (const one of others) expect(listDependencies(one, resources), one.name).toContain(credentials.urn);
  });

  test("in replicated mode: a service for each host, one after another", async () => {
    const { services } = await made({ mode: "replicated" });
    expect(services.map(({ name }) => name)).toEqual(["store-main-a", "store-main-b", "store-main-c"]);
    expect(services[1]!.dependencies).toContain(services[0]!.urn);
    expect(services[2]!.dependencies).toContain(services[1]!.urn);
    expect(services.map(({ inputs }) => inputs["readyCommand"] !== undefined)).toEqual([false, false, true]);
    // Each member needs time to find the other members' drives.
    expect(services.map(({ inputs }) => inputs["minReadySeconds"])).toEqual([16, 16, 16]);
    expect(services.map((service) => specOf(service).Mode)).toEqual(Array(3).fill({ Replicated: { Replicas: 1 } }));
  });

  test("have a parent, except for what the program itself creates", async () => {
    const { resources } = await made();
    const top = resources.filter(({ parent }) => parent === undefined).map(({ name }) => name);
    expect(top.toSorted()).toEqual(["pulumi-swarm-identity", "store", "swarm"]);
  });

  test.each(["global", "replicated"] as const)("are the same in a preview and in an update, mode %s", async (mode) => {
    const names = async (preview: boolean) =>
      (await made({ mode }, { preview })).resources.map(({ type, name }) => `${type} ${name}`).toSorted();
    expect(await names(true)).toEqual(await names(false));
  });

  test("depend on the preflight", async () => {
    const { resources, children } = await made();
    const preflight = resources.find(({ type }) => type.endsWith(":Preflight"));
    for (const child of children) expect(child.dependencies).toContain(preflight?.urn);
  });

  test("have no name in common with another store's", async () => {
    const { resources } = await runProgram(
      () => {
        const swarm = new Swarm("swarm", { managers: [fakeHost("a")] });
        const network = fakeNetwork("network-1");
        new MinioService("one", { swarm, network });
        new MinioService("two", { swarm, network, port: 9100, consolePort: 9101 });
      },
      { outputs },
    );
    const urns = resources.map(({ urn }) => urn);
    expect(new Set(urns).size).toBe(urns.length);
    const names = resources.filter(({ type }) => type === SERVICE).map((service) => specOf(service).Name);
    expect(names.toSorted()).toEqual(["one-main", "two-main"]);
  });
});

describe("every argument reaches a child", () => {
  const container = (spec: ServiceSpec) => spec.TaskTemplate.ContainerSpec;
  const cases: [string, StoreArgs, (spec: ServiceSpec) => unknown, unknown][] = [
    ["pools", { pools: { p1: { hosts: ["a"] } } }, ({ Name }) => Name, "store-p1"],
    ["serviceName", { serviceName: "files" }, ({ Name }) => Name, "files-main"],
    ["image", { image: IMAGE }, (spec) => container(spec).Image, IMAGE],
    ["image, an Output", { image: pulumi.output(IMAGE), tools: "mc" }, (spec) => container(spec).Image, IMAGE],
    ["expose", { expose: false }, ({ EndpointSpec }) => EndpointSpec?.Ports, []],
    ["port", { port: 9100 }, ({ EndpointSpec }) => EndpointSpec?.Ports?.[0]?.PublishedPort, 9100],
    ["consolePort", { consolePort: 9101 }, ({ EndpointSpec }) => EndpointSpec?.Ports?.[1]?.PublishedPort, 9101],
    ["cpuLimit", { cpuLimit: 1.5 }, ({ TaskTemplate }) => TaskTemplate.Resources?.Limits?.NanoCPUs, 1_500_000_000],
    [
      "cpuReservation",
      { cpuReservation: 0.5 },
      ({ TaskTemplate }) => TaskTemplate.Resources?.Reservations?.NanoCPUs,
      5e8,
    ],
    [
      "memoryLimitMiB",
      { memoryLimitMiB: 512 },
      ({ TaskTemplate }) => TaskTemplate.Resources?.Limits?.MemoryBytes,
      2 ** 29,
    ],
    [
      "memoryReservationMiB, an Output",
      { memoryReservationMiB: pulumi.output(256) },
      ({ TaskTemplate }) => TaskTemplate.Resources?.Reservations?.MemoryBytes,
      2 ** 28,
    ],
    ["logMaxSizeMiB", { logMaxSizeMiB: 5 }, ({ TaskTemplate }) => TaskTemplate.LogDriver?.Options?.["max-size"], "5m"],
    ["log driver, default", {}, ({ TaskTemplate }) => TaskTemplate.LogDriver, undefined],
    ["logMaxFiles", { logMaxFiles: 7 }, ({ TaskTemplate }) => TaskTemplate.LogDriver?.Options?.["max-file"], "7"],
    ["stopGraceSeconds", { stopGraceSeconds: 90 }, (spec) => container(spec).StopGracePeriod, 90e9],
  ];
  test.each(cases)("%s", async (_argument, args, read, wanted) => {
    expect(read(await onlySpec(args))).toEqual(wanted);
  });

  test("environment", async () => {
    const spec = await onlySpec({ environment: { MINIO_REGION: pulumi.output("eu"), MINIO_BROWSER: "off" } });
    expect(container(spec).Env).toEqual(expect.arrayContaining(["MINIO_REGION=eu", "MINIO_BROWSER=off"]));
  });

  test("networks: follow the members' own, with the store's name as alias on each", async () => {
    const { TaskTemplate } = await onlySpec({ networks: [fakeNetwork("network-2")] });
    const Aliases = ["store"];
    expect(TaskTemplate.Networks).toEqual(["network-1", "network-2"].map((Target) => ({ Target, Aliases })));
  });

  test("tools", async () => {
    const { services } = await made({ tools: "mc" });
    expect(services[0]!.inputs["readyCommand"]).toEqual(["mc", "ready", "local"]);
    expect(services[0]!.inputs["maintenanceCommand"]).toEqual(["mc", "ready", "local", "--maintenance"]);
    expect(services[0]!.inputs["locks"]).toEqual({
      command: expect.arrayContaining(["mc", "locks"]) as string[],
      expirySeconds: 130,
      internalPrefix: ".",
    });
  });

  test("environment: validates settings on drives in memory, and hides secret values", async () => {
    const environment = {
      MINIO_BROWSER: "on",
      MINIO_SITE_NAME: pulumi.secret("hidden"),
      MINIO_REGION: pulumi.output("r"),
    };
    const { services } = await made({ environment });
    const { args, mounts, ...validation } = services[0]!.inputs["validation"] as SettingsValidation;
    const drives = args.filter((arg) => arg.startsWith("/"));
    expect(mounts.map(({ Type, Target }) => [Type, Target])).toEqual(
      [...drives, "/tmp"].map((path) => ["tmpfs", path]),
    );
    expect(specOf(services[0]!).TaskTemplate.ContainerSpec.Args?.slice(0, 5)).toEqual(args.slice(0, 5));
    expect(args).toHaveLength(5 + drives.length);
    expect(validation).toEqual({
      readyCommand: services[0]!.inputs["readyCommand"],
      environmentArgument: "environment",
      secretVariables: ["MINIO_SITE_NAME"],
      unlessVariables: ["MINIO_ETCD_ENDPOINTS"],
    });
  });

  test("rollback", async () => {
    const { services } = await made({ rollback: false });
    expect(services[0]!.inputs["rollback"]).toBe(false);
  });

  test("timeoutSeconds", async () => {
    const { services } = await made({ timeoutSeconds: 42 });
    expect(services[0]!.inputs["timeoutSeconds"]).toBe(42);
  });

  test.each<[string, StoreArgs, unknown]>([
    ["several hosts", {}, 16],
    ["one host", { pools: { main: { hosts: ["a"] } } }, undefined],
    ["less", { minReadySeconds: 1 }, 1],
    ["zero", { minReadySeconds: 0 }, 0],
    ["an Output", { minReadySeconds: pulumi.output(5) }, 5],
    ["one host, with an explicit value", { minReadySeconds: 5, pools: { main: { hosts: ["a"] } } }, 5],
  ])("minReadySeconds: %s", async (_what, args, wanted) => {
    const { services } = await made(args);
    expect(services.map(({ inputs }) => inputs["minReadySeconds"])).toEqual([wanted]);
  });

  test("rootUser", async () => {
    const { children } = await made({ rootUser: pulumi.output("boss") });
    expect(children.find(({ name }) => name === "store-credentials")?.inputs["requestedUser"]).toBe("boss");
  });

  test("rootPassword, always a secret", async () => {
    const { children } = await made({ rootPassword: "given-password" });
    const credentials = children.find(({ name }) => name === "store-credentials");
    expect(credentials?.inputs["password"]).toBe("given-password");
    expect(credentials?.secrets).toContain("password");
    for (const { name, inputs } of children) {
      if (name !== "store-credentials") expect(JSON.stringify(inputs), name).not.toContain("given-password");
    }
  });

  test("network", async () => {
    const spec = await onlySpec();
    expect(spec.TaskTemplate.Networks).toEqual([{ Target: "network-1", Aliases: ["store"] }]);
  });
});

describe("the console", () => {
  const consoleOf = ({ EndpointSpec, TaskTemplate }: ServiceSpec) => {
    const { Args = [], Env = [] } = TaskTemplate.ContainerSpec;
    return {
      ports: EndpointSpec?.Ports?.map(({ TargetPort, PublishedPort }) => [TargetPort, PublishedPort]),
      address: Args[Args.indexOf("--console-address") + 1],
      redirect: Env.filter((variable) => variable.startsWith("MINIO_BROWSER")),
    };
  };
  const elsewhere = { MINIO_BROWSER_REDIRECT_URL: "https://console.example.com" };
  const s3 = [9000, 9000];

  test.each<[string, StoreArgs, ReturnType<typeof consoleOf>]>([
    ["default", {}, { ports: [s3, [9001, 9001]], address: ":9001", redirect: [] }],
    ["on another port", { consolePort: 9101 }, { ports: [s3, [9101, 9101]], address: ":9101", redirect: [] }],
    ["not published", { console: false }, { ports: [s3], address: ":9001", redirect: ["MINIO_BROWSER_REDIRECT=off"] }],
    [
      "not published, behind a proxy",
      { console: false, environment: elsewhere },
      { ports: [s3], address: ":9001", redirect: ["MINIO_BROWSER_REDIRECT_URL=https://console.example.com"] },
    ],
    ["nothing published", { expose: false }, { ports: [], address: ":9001", redirect: ["MINIO_BROWSER_REDIRECT=off"] }],
    [
      "nothing published, behind a gateway with the console",
      { expose: false, environment: elsewhere },
      { ports: [], address: ":9001", redirect: ["MINIO_BROWSER_REDIRECT_URL=https://console.example.com"] },
    ],
  ])("%s: redirects browsers only to its own address", async (_what, args, wanted) => {
    expect(consoleOf(await onlySpec(args))).toEqual(wanted);
  });

  test("has no address, port or rule if it is not published", async () => {
    const { value, children, resources } = await made({ console: false });
    expect(await getValue(value.consoleEndpoints)).toEqual({});
    expect(value.consolePort).toBe(9001);
    const preflight = resources.find(({ type }) => type.endsWith(":Preflight"));
    const requirements = preflight?.inputs["requirements"] as { kind: string; ports?: object }[];
    expect(requirements.find(({ kind }) => kind === "service")?.ports).toEqual({ port: 9000 });
    expect(children).not.toEqual([]);
  });
});

describe("credentials", () => {
  test("are secrets, and appear nowhere else", async () => {
    const { children } = await made();
    const secrets = children.filter(({ type }) => type === "docker:index/secret:Secret");
    expect(secrets).toHaveLength(3);
    for (const secret of secrets) expect(secret.secrets).toContain("data");
    const texts = Object.fromEntries(
      secrets.map(({ name, inputs }) => [name, Buffer.from(String(inputs["data"]), "base64").toString()]),
    );
    expect(texts).toEqual({
      "store-root-user": "root-abc",
      "store-root-password": "very-secret",
      "store-mc-host-config": "MC_HOST_local=http://root-abc:very-secret@127.0.0.1:9000\n",
    });
    const others = children.filter((child) => !secrets.includes(child));
    expect(JSON.stringify(others)).not.toContain("very-secret");
  });

  test("have labels with their owner and generation", async () => {
    const { children } = await made();
    const labels = children.find(({ name }) => name === "store-root-user")?.inputs["labels"];
    expect(labels).toEqual([
      { label: "pulumi-swarm.owner", value: "this-state" },
      { label: "pulumi-swarm.project", value: "project" },
      { label: "pulumi-swarm.stack", value: "stack" },
      { label: "pulumi-swarm.name", value: "store-root-user" },
      { label: "pulumi-swarm.swarm", value: "swarm-cluster-id" },
      { label: "pulumi-swarm.generation", value: "g1" },
    ]);
  });
});

describe("outputs", () => {
  test("are by host key in key order, starting with the first host's endpoint", async () => {
    const { value } = await made({ port: 9100 });
    expect(await getValue(value.endpoint)).toBe("http://a.example:9100");
    expect(await getValue(value.endpoints)).toEqual({
      a: "http://a.example:9100",
      b: "http://b.example:9100",
      c: "http://c.example:9100",
    });
    expect(await getValue(value.consoleEndpoints)).toMatchObject({ b: "http://b.example:9001" });
    expect(await getValue(value.serviceIds)).toEqual({ main: "store-main-id" });
    expect(await getValue(value.rootUser)).toBe("root-abc");
    expect(await getValue(value.rootPassword)).toBe("very-secret");
    expect(await isSecret(value.rootPassword)).toBe(true);
  });

  test("without published ports", async () => {
    const { value } = await made({ expose: false });
    expect(await getValue(value.endpoint)).toBe("http://store:9000");
    expect(await getValue(value.endpoints)).toEqual({});
    expect(await getValue(value.consoleEndpoints)).toEqual({});
  });

  test("of a store in replicated mode", async () => {
    const { value } = await made({ mode: "replicated" });
    expect(await getValue(value.serviceIds)).toEqual({
      "main/a": "store-main-a-id",
      "main/b": "store-main-b-id",
      "main/c": "store-main-c-id",
    });
  });

  test("put an IPv6 address in brackets", async () => {
    const { value } = await runProgram(
      () => {
        const host = fakeHost("a", undefined, undefined, { endpointAddress: pulumi.output("2001:db8::1") });
        const swarm = new Swarm("swarm", { managers: [host] });
        return new MinioService("store", { swarm, network: fakeNetwork("n") });
      },
      { outputs },
    );
    expect(await getValue(value.endpoint)).toBe("http://[2001:db8::1]:9000");
  });
});

test("rejects all invalid arguments at once, before it registers the store", async () => {
  const message = await getErrorMessage(() => store({ port: 0, logMaxFiles: 0 }));
  expect(message.split("\n")).toEqual([
    'MinioService "store": port 0: must be a whole number from 1 to 65535',
    'MinioService "store": logMaxFiles 0: must be a whole number of at least 1 files',
  ]);
});
