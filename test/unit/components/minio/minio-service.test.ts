import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import type { ServiceSpec } from "../../../../engine/types.ts";
import { MinioService } from "../../../../components/minio/minio-service.ts";
import { Swarm } from "../../../../components/swarm/swarm.ts";
import {
  listDependencies,
  fakeHost,
  fakeNetwork,
  isSecret,
  getErrorMessage,
  runProgram,
  getValue,
} from "../../harness.ts";
import { made, onlySpec, outputs, SERVICE, specOf, store, type StoreArgs } from "./store.ts";

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
