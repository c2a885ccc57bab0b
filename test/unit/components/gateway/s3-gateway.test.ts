import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import type { ServiceSpec } from "../../../../engine/types.ts";
import { S3Gateway, type S3GatewayArgs } from "../../../../components/gateway/s3-gateway.ts";
import { MinioService, type MinioServiceArgs } from "../../../../components/minio/minio-service.ts";
import { Swarm } from "../../../../components/swarm/swarm.ts";
import {
  fakeHost,
  fakeNetwork,
  type RegisteredResource,
  getErrorMessage,
  runProgram,
  getValue,
} from "../../harness.ts";

const COMPONENT = "swarm:index:S3Gateway";
const IMAGE = `registry.example/haproxy:3.2@sha256:${"a".repeat(64)}`;
const CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const KEY = "-----BEGIN PRIVATE KEY-----\nvery-secret\n-----END PRIVATE KEY-----\n";

type GatewayArgs = Partial<Omit<S3GatewayArgs, "swarm" | "network" | "store">>;

function outputs(type: string): Record<string, unknown> {
  if (type.endsWith(":RootCredentials")) return { user: "root", password: "p", generation: "g" };
  return type.endsWith(":Certificate") ? { authority: CERTIFICATE, certificate: "c", key: "k", generation: "g" } : {};
}

function gateway(args: GatewayArgs = {}, storeArgs: Partial<MinioServiceArgs> = {}): S3Gateway {
  const swarm = new Swarm("swarm", { managers: [fakeHost("b"), fakeHost("a"), fakeHost("c")] });
  const network = fakeNetwork("network-1");
  const pools = { main: { hosts: ["a", "b"] } };
  const store = new MinioService("store", { swarm, network, pools, expose: false, ...storeArgs });
  return new S3Gateway("gateway", { swarm, network, store, ...args });
}

async function made(
  args: GatewayArgs = {},
  { preview, store }: { preview?: boolean; store?: Partial<MinioServiceArgs> } = {},
) {
  const { value, resources } = await runProgram(() => gateway(args, store), { outputs, preview });
  const component = resources.find(({ type }) => type === COMPONENT);
  const children = resources.filter(({ parent }) => parent === component?.urn);
  const service = children.find(({ name }) => name === "gateway-service");
  return { value, resources, children, service: service!, spec: service!.inputs["spec"] as ServiceSpec };
}

/** Returns the lines of the configuration that start with a word. */
function configured(children: RegisteredResource[], word: string): string[] {
  const { inputs } = children.find(({ name }) => name === "gateway-configuration")!;
  const lines = Buffer.from(String(inputs["data"]), "base64").toString().split("\n");
  return lines.map((line) => line.trim()).filter((line) => line.startsWith(word));
}

describe("children", () => {
  test("have the same names in a preview and in an update", async () => {
    const names = async (preview: boolean) =>
      (await made({ hosts: ["a", "c"] }, { preview })).children.map(({ name }) => name).toSorted();
    expect(await names(false)).toEqual([
      "gateway-configuration",
      "gateway-host-a",
      "gateway-host-c",
      "gateway-owner",
      "gateway-service",
    ]);
    expect(await names(true)).toEqual(await names(false));
  });

  test("depend on the preflight, and the service also on the store", async () => {
    const { resources, children, service } = await made();
    expect(service.dependencies).toContain(resources.find(({ name }) => name === "store-main")?.urn);
    const preflight = resources.find(({ type }) => type.endsWith(":Preflight"));
    for (const child of children) expect(child.dependencies).toContain(preflight?.urn);
    const requirements = preflight?.inputs["requirements"] as { subject: string }[];
    expect(requirements.find(({ subject }) => subject === 'S3Gateway "gateway"')).toMatchObject({
      kind: "service",
      name: "gateway",
      ports: { port: 80 },
      hosts: ["a", "b", "c"],
    });
  });
});

describe("every argument reaches a child", () => {
  const container = (spec: ServiceSpec) => spec.TaskTemplate.ContainerSpec;
  const published = (spec: ServiceSpec) => spec.EndpointSpec?.Ports?.map(({ PublishedPort }) => PublishedPort);
  const cases: [string, GatewayArgs, (spec: ServiceSpec) => unknown, unknown][] = [
    ["serviceName", { serviceName: "door" }, ({ Name }) => Name, "door"],
    ["image", { image: IMAGE }, (spec) => container(spec).Image, IMAGE],
    ["image, an Output", { image: pulumi.output(IMAGE) }, (spec) => container(spec).Image, IMAGE],
    ["port, default", {}, published, [80]],
    ["port, default with tls", { tls: { certificate: CERTIFICATE, key: KEY } }, published, [443]],
    ["port and consolePort", { port: 9000, consolePort: 9001 }, published, [9000, 9001]],
    ["cpuLimit", { cpuLimit: 2 }, ({ TaskTemplate }) => TaskTemplate.Resources?.Limits?.NanoCPUs, 2e9],
    ["logMaxFiles", { logMaxFiles: 7 }, ({ TaskTemplate }) => TaskTemplate.LogDriver?.Options?.["max-file"], "7"],
    ["stopGraceSeconds", { stopGraceSeconds: 90 }, (spec) => container(spec).StopGracePeriod, 90e9],
  ];
  test.each(cases)("%s", async (_argument, args, read, wanted) => {
    expect(read((await made(args)).spec)).toEqual(wanted);
  });

  test("hosts, timeoutSeconds", async () => {
    const { service } = await made({ hosts: ["b"], timeoutSeconds: 42 });
    expect(service.inputs).toMatchObject({ tasks: 1, timeoutSeconds: 42 });
  });

  test("store", async () => {
    const { children } = await made({}, { store: { serviceName: "files", tls: {} } });
    const servers = configured(children, "server ");
    const members = ["files-a:9000", "files-b:9000"];
    expect(servers.map((line) => line.split(" ")[2])).toEqual([...members, ...members]);
    for (const server of servers) expect(server).toContain(" verify required ");
    const authority = children.find(({ name }) => name === "gateway-store-authority");
    expect(Buffer.from(String(authority?.inputs["data"]), "base64").toString()).toBe(CERTIFICATE);
  });

  test("consolePort", async () => {
    const { children } = await made({ consolePort: 9001 });
    expect(configured(children, "frontend console")).toHaveLength(1);
    expect(configured(children, "server store-b store-b:9001 ")).toHaveLength(2);
    const moved = await made({ consolePort: 9001 }, { store: { expose: true, consolePort: 9101 } });
    expect(configured(moved.children, "server store-a store-a:9101 ")).toHaveLength(2);
  });
});

describe("the container", () => {
  test("has only the privileges that it needs", async () => {
    const { spec } = await made();
    expect(spec.TaskTemplate.ContainerSpec).toMatchObject({
      User: "65532:65532",
      ReadOnly: true,
      CapabilityDrop: ["ALL"],
      Mounts: [],
      Env: [],
      Secrets: [],
    });
  });

  test("runs without a socket for commands, and ends after its requests", async () => {
    const { ContainerSpec } = (await made()).spec.TaskTemplate;
    const { File } = ContainerSpec.Configs![0]!;
    expect(ContainerSpec).toMatchObject({ Command: ["haproxy", "-db", "-f", File?.Name], StopSignal: "SIGUSR1" });
  });
});

describe("a certificate and its key", () => {
  test("are secrets that only the container can read, and the key appears nowhere else", async () => {
    const { children, spec } = await made({ tls: { certificate: CERTIFICATE, key: KEY } });
    const key = children.find(({ name }) => name === "gateway-key");
    expect(key?.secrets).toContain("data");
    const others = JSON.stringify(children.filter((child) => child !== key));
    for (const form of [KEY, Buffer.from(KEY).toString("base64")]) expect(others).not.toContain(form);
    expect(spec.TaskTemplate.ContainerSpec.Secrets?.map(({ File }) => File)).toEqual([
      { Name: "/run/secrets/certificate.pem", UID: "65532", GID: "65532", Mode: 0o400 },
      { Name: "/run/secrets/certificate.pem.key", UID: "65532", GID: "65532", Mode: 0o400 },
    ]);
    expect(configured(children, "bind :8000 ssl crt /run/secrets/certificate.pem ")).toHaveLength(1);
  });

  test("start a new generation when the certificate changes", async () => {
    const generation = async (certificate: string) => {
      const { children } = await made({ tls: { certificate, key: KEY } });
      const labels = children.find(({ name }) => name === "gateway-key")?.inputs["labels"] as { value: string }[];
      return labels.at(-1)?.value;
    };
    expect(await generation(CERTIFICATE)).not.toBe(await generation(CERTIFICATE.replace("MIIB", "MIIC")));
    expect(await generation(CERTIFICATE)).toBe(await generation(CERTIFICATE));
  });
});

test("returns endpoints by host key", async () => {
  const plain = (await made({ hosts: ["c", "a"], consolePort: 9001 })).value;
  expect(await getValue(plain.endpoints)).toEqual({ a: "http://a.example", c: "http://c.example" });
  expect(await getValue(plain.consoleEndpoints)).toEqual({ a: "http://a.example:9001", c: "http://c.example:9001" });
  expect(await getValue(plain.endpoint)).toBe("http://a.example");
  const secure = (await made({ hosts: ["b"], tls: { certificate: CERTIFICATE, key: KEY } })).value;
  expect(await getValue(secure.endpoint)).toBe("https://b.example");
  expect(await getValue(secure.consoleEndpoints)).toEqual({});
});

test("rejects invalid arguments before it registers the gateway", async () => {
  const message = await getErrorMessage(() => gateway({ hosts: ["z"], port: -1 }));
  expect(message.split("\n")).toEqual([
    'S3Gateway "gateway": hosts "z": is not a host of the Swarm, which has a, b, c',
    'S3Gateway "gateway": port -1: must be a whole number from 1 to 65535',
  ]);
});
