import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import {
  BridgeNetwork,
  HostNetwork,
  IpvlanNetwork,
  MacvlanNetwork,
  MinioBucket,
  MinioService,
  MinioUser,
  OverlayNetwork,
  S3Gateway,
  Swarm,
  SwarmService,
} from "../../../../components/index.ts";
import { recordedArguments } from "../../../../components/shared/component.ts";
import { fakeHost, type RegisteredResource, runProgram } from "../../harness.ts";

const OUTPUTS = (type: string): Record<string, unknown> =>
  type.endsWith(":RootCredentials") ? { user: "root", password: "generated", generation: "g" } : {};
const KMS_KEY = Buffer.from(Array.from({ length: 32 }, (_, index) => index * 7)).toString("base64");
const CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const GATEWAY_KEY = "-----BEGIN PRIVATE KEY-----\nGivenForGateway\n-----END PRIVATE KEY-----\n";

const REGISTRY = { username: "deploy", password: "given-for-registry" };

/** Creates one of each component, with a plain string for each secret. */
function oneOfEach(): void {
  const host = fakeHost("a", undefined, undefined, { privateAddress: pulumi.output("192.0.2.1") });
  const swarm = new Swarm("swarm", { managers: [host] });
  const l2 = { swarm, hosts: { a: { parent: "eth1" } } };
  const network = new OverlayNetwork("overlay", { swarm, subnet: "10.20.0.0/24" });
  new MacvlanNetwork("macvlan", { ...l2, subnet: "10.50.0.0/24" });
  new IpvlanNetwork("ipvlan", { ...l2, subnet: "10.60.0.0/24" });
  new BridgeNetwork("bridged", { swarm, mtu: 1400 });
  new HostNetwork("hosts", { swarm });
  const store = new MinioService("store", {
    swarm,
    network,
    networks: [new OverlayNetwork("more", { swarm })],
    port: 9100,
    rootPassword: "given-for-root",
    registryCredentials: REGISTRY,
    secretEnvironment: { MINIO_IDENTITY_OPENID_CLIENT_SECRET: "given-for-login" },
    kmsKey: { name: "store", key: KMS_KEY },
    transform: { service: (args) => args, secret: (args) => args },
  });
  new MinioBucket("photos", { store, versioning: true });
  new MinioUser("app", { store, access: { photos: "readonly" }, secretKey: "user-secret-key" });
  const tls = { certificate: CERTIFICATE, key: GATEWAY_KEY };
  new S3Gateway("gateway", { swarm, network, store, port: 8443, tls, registryCredentials: REGISTRY });
  const TaskTemplate = { ContainerSpec: { Image: "caddy:2" } };
  new SwarmService("web", {
    swarm,
    spec: { Name: "web", Mode: { Global: {} }, TaskTemplate },
    tasks: 1,
    registryCredentials: REGISTRY,
  });
}

async function components(): Promise<RegisteredResource[]> {
  const { resources } = await runProgram(oneOfEach, { outputs: OUTPUTS });
  return resources.filter(({ custom }) => !custom);
}

describe("the arguments that a component's resource records", () => {
  test("are the ones that the program gives, without components and functions", async () => {
    const recorded = Object.fromEntries((await components()).map(({ name, visibleInputs }) => [name, visibleInputs]));
    delete recorded["swarm"];
    expect(recorded).toEqual({
      overlay: { subnet: "10.20.0.0/24" },
      more: {},
      macvlan: { subnet: "10.50.0.0/24", hosts: { a: { parent: "eth1" } } },
      ipvlan: { subnet: "10.60.0.0/24", hosts: { a: { parent: "eth1" } } },
      bridged: { mtu: 1400 },
      hosts: {},
      store: {
        port: 9100,
        registryCredentials: "[secret]",
        secretEnvironment: "[secret]",
        rootPassword: "[secret]",
        kmsKey: { name: "store", key: "[secret]" },
      },
      photos: { versioning: true },
      app: { access: { photos: "readonly" }, secretKey: "[secret]" },
      gateway: { port: 8443, registryCredentials: "[secret]", tls: { certificate: CERTIFICATE, key: "[secret]" } },
      web: {
        spec: { Name: "web", Mode: { Global: {} }, TaskTemplate: { ContainerSpec: { Image: "caddy:2" } } },
        tasks: 1,
        registryCredentials: "[secret]",
      },
    });
  });

  test("contain no plain secret, and neither does any other resource", async () => {
    const { resources } = await runProgram(oneOfEach, { outputs: OUTPUTS });
    const visible = JSON.stringify(resources.map(({ visibleInputs }) => visibleInputs));
    for (const secret of [
      "given-for-root",
      "given-for-registry",
      "given-for-login",
      KMS_KEY,
      "user-secret-key",
      "GivenForGateway",
    ]) {
      expect(visible).not.toContain(secret);
    }
  });

  test("of a store with an existing certificate contain no plain key", () => {
    const tls = { certificate: "c", key: pulumi.secret("k"), caCertificate: "ca" };
    expect(recordedArguments({ tls })).toEqual({ tls });
  });

  test("omit lists and maps of components", async () => {
    const { value } = await runProgram(() => {
      const swarm = new Swarm("swarm", { managers: [fakeHost("a")] });
      return recordedArguments({ swarm, list: [swarm], map: { swarm }, text: "x" });
    });
    expect(value).toEqual({ text: "x" });
  });
});

test("components may have the component that they use as their parent", async () => {
  const { resources } = await runProgram(
    () => {
      const swarm = new Swarm("swarm", { managers: [fakeHost("a")] });
      const network = new OverlayNetwork("network", { swarm }, { parent: swarm });
      const store = new MinioService("store", { swarm, network }, { parent: swarm });
      for (const name of ["one", "two"]) new MinioBucket(name, { store }, { parent: store });
    },
    { outputs: OUTPUTS },
  );
  const buckets = resources.filter(({ type }) => type === "swarm:index:Bucket");
  expect(buckets.map(({ name }) => name).toSorted()).toEqual(["one", "two"]);
});
