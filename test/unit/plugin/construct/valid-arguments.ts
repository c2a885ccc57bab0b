import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { MinioService, OverlayNetwork, Swarm } from "../../../../components/index.ts";
import type { PackageSchema } from "../../../../plugin/schema/package-schema.ts";
import { ROOT } from "../../../../toolchain/cache.ts";
import { fakeHost } from "../../harness.ts";

export const SCHEMA = JSON.parse(readFileSync(join(ROOT, "plugin", "schema.json"), "utf8")) as PackageSchema;

const CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const KEY = "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n";
const REGISTRY_CREDENTIALS = { username: "deploy", password: "given-for-registry" };
const KMS_KEY = Buffer.from(Array.from({ length: 32 }, (_, index) => index * 7)).toString("base64");

/** Returns what a provider adds to the inputs of a resource. */
export function outputsOf(type: string): Record<string, unknown> {
  if (type.endsWith(":RootCredentials")) return { user: "root", password: "generated", generation: "g" };
  if (type.endsWith(":Certificate")) return { certificate: CERTIFICATE, key: KEY };
  if (!type.endsWith(":Cluster")) return {};
  return { creationSettings: { addressPools: ["10.0.0.0/8"], subnetSize: 24, dataPathPort: 4789 } };
}

/** Components to which the arguments of others refer. */
export type References = ReturnType<typeof createReferences>;

export function createReferences() {
  const host = fakeHost("a", { d1: { path: "/mnt/disk1" } }, "a", { privateAddress: pulumi.output("192.0.2.1") });
  const swarm = new Swarm("swarm", { managers: [host] });
  const network = new OverlayNetwork("network", { swarm, subnet: "10.20.0.0/24" });
  const store = new MinioService("store", { swarm, network });
  const others = { managers: [fakeHost("b")], workers: [fakeHost("c")] };
  return { swarm, network, store, others };
}

/** A component, and arguments that it accepts. */
export interface ValidArguments {
  kind: string;
  args: pulumi.Inputs;
}

/** Returns valid arguments of every component. Each object that the schema describes is given, so that tests reach its fields. */
export function validArguments({ swarm, network, store, others }: References): ValidArguments[] {
  const l2 = { swarm, hosts: { a: { parent: "eth1" } } };
  const task = {
    placement: { constraints: ["node.labels.disk == ready"] },
    labels: { team: "storage" },
    containerLabels: { parser: "json" },
    extraHosts: { "login.example.com": "198.51.100.7" },
    registryCredentials: REGISTRY_CREDENTIALS,
  };
  const spec = { Name: "web", Mode: { Global: {} }, TaskTemplate: { ContainerSpec: { Image: "caddy:2" } } };
  const validation = { args: ["server"], mounts: [], readyCommand: ["true"], environmentArgument: "environment" };
  return [
    { kind: "Host", args: { ssh: { address: "192.0.2.9" }, drives: { d1: {} }, labels: { disk: "ssd" } } },
    { kind: "Host", args: { engine: "tcp://127.0.0.1:1", tls: { ca: CERTIFICATE, cert: CERTIFICATE, key: KEY } } },
    {
      kind: "SshHosts",
      args: { hosts: { a: { address: "192.0.2.9", drives: { d1: {} } } }, defaults: { user: "me" } },
    },
    { kind: "Swarm", args: { ...others, availability: { c: "drain" } } },
    { kind: "NodeSettings", args: { swarm, host: "a", labels: { disk: "ssd" } } },
    { kind: "OverlayNetwork", args: { swarm, subnet: "10.30.0.0/24", labels: { team: "storage" } } },
    { kind: "MacvlanNetwork", args: { ...l2, subnet: "10.50.0.0/24", labels: { team: "storage" } } },
    { kind: "IpvlanNetwork", args: { ...l2, subnet: "10.60.0.0/24", labels: { team: "storage" } } },
    { kind: "BridgeNetwork", args: { swarm, labels: { team: "storage" } } },
    { kind: "HostNetwork", args: { swarm } },
    { kind: "Firewall", args: { swarm, ports: [80], allowFrom: ["10.1.0.0/16"] } },
    {
      kind: "MinioService",
      args: {
        ...{ ...task, swarm, network, tools: "mc", tls: {}, pools: { main: { hosts: ["a"] } } },
        ...{ environment: { MINIO_REGION: "eu" }, kmsKey: { name: "store", key: KMS_KEY } },
        secretEnvironment: { MINIO_IDENTITY_OPENID_CLIENT_SECRET: "given-for-login" },
      },
    },
    {
      kind: "MinioBucket",
      args: { store, bucketName: "photos", lifecycle: { tmp: { prefix: "tmp/", expirationDays: 7 } } },
    },
    { kind: "MinioUser", args: { store, access: { photos: "readonly" } } },
    {
      kind: "S3Gateway",
      args: { ...task, swarm, network, store, port: 8443, tls: { certificate: CERTIFICATE, key: KEY } },
    },
    {
      kind: "SwarmService",
      args: {
        ...{
          swarm,
          spec,
          validation,
          registryCredentials: REGISTRY_CREDENTIALS,
          defaultLogOptions: { "max-file": "3" },
        },
        ...{ locks: { command: ["true"], expirySeconds: 60 }, immutable: { drives: { value: 4, reason: "data" } } },
      },
    },
  ];
}

/** A place among a component's arguments, with its type. */
export interface ArgumentPlace {
  kind: string;
  /** `pools.main.hosts[0]`. */
  path: string;
  type: PackageSchema["resources"][string]["inputProperties"][string];
  isRequired: boolean;
  /** Returns the component's arguments with another value in this place. */
  replaceWith(value: unknown): pulumi.Inputs;
}

/** Lists all places: each argument, and what is in the lists, maps and objects that are given. */
export function argumentPlaces({ kind, args }: ValidArguments): ArgumentPlace[] {
  const { inputProperties, requiredInputs } = SCHEMA.resources[`swarm:index:${kind}`]!;
  type Of = Omit<ArgumentPlace, "kind">;
  const within = (outer: Of, given: unknown): Of[] => {
    const { type, path } = outer;
    const place = (part: Of, current: unknown): Of[] => [part, ...within(part, current)];
    if (Array.isArray(given)) {
      const [first, ...others] = given as unknown[];
      if (!type.items || first === undefined) return [];
      const replaceWith = (value: unknown) => outer.replaceWith([value, ...others]);
      return place({ path: `${path}[0]`, type: type.items, isRequired: true, replaceWith }, first);
    }
    const object = SCHEMA.types[type.$ref?.replace("#/types/", "") ?? ""];
    if (typeof given !== "object" || given === null) return [];
    const fields = given as Record<string, unknown>;
    const field = (key: string, type: Of["type"], isRequired: boolean) => {
      const replaceWith = (value: unknown) => outer.replaceWith({ ...fields, [key]: value });
      return place({ path: `${path}.${key}`, type, isRequired, replaceWith }, fields[key]);
    };
    const { additionalProperties } = type;
    if (additionalProperties) return Object.keys(fields).flatMap((key) => field(key, additionalProperties, true));
    if (object?.type !== "object") return [];
    return Object.entries(object.properties).flatMap(([key, inner]) =>
      field(key, inner, object.required.includes(key)),
    );
  };
  return Object.entries(inputProperties)
    .flatMap(([name, type]) => {
      const replaceWith = (value: unknown) => ({ ...args, [name]: value });
      const one = { path: name, type, isRequired: requiredInputs.includes(name), replaceWith };
      return [one, ...within(one, args[name])];
    })
    .map((place) => ({ kind, ...place }));
}
