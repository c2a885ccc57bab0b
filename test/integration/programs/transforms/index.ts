// Prints the children for which a user's `transforms` on a component are called, and what a transform of the whole stack
// sees of each component, which it also changes. Only previewed, without an engine.
import * as pulumi from "@pulumi/pulumi";
import {
  BridgeNetwork,
  Host,
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

const children: Record<string, string[]> = {};

function recordChildren(component: string): pulumi.ComponentResourceOptions {
  const names: string[] = [];
  children[component] = names;
  const transform: pulumi.ResourceTransform = ({ name, props, opts }) => {
    names.push(name);
    return { props, opts };
  };
  return { transforms: [transform] };
}

/** Returns the values with a text in place of each Output, which says whether it is secret. */
async function maskSecrets(value: unknown): Promise<unknown> {
  if (pulumi.Output.isInstance(value)) return (await pulumi.isSecret(value)) ? "(secret)" : "(an Output)";
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).map(async ([key, field]) => [key, await maskSecrets(field)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

/** The arguments of each component, by name. */
const seen: Record<string, unknown> = {};
pulumi.runtime.registerResourceTransform(async ({ name, type, custom, props, opts }) => {
  if (type === "docker:index/network:Network") return { props: { ...props, internal: true }, opts };
  if (custom || !type.startsWith("swarm:")) return undefined;
  seen[name] = await maskSecrets(props);
  return { props: { ...props, reviewed: "yes" }, opts };
});

const engine = "unix:///nowhere/docker.sock";
const host = new Host("local", { engine, hostname: "local", labels: { disk: "fast" } }, recordChildren("host"));
const swarm = new Swarm("swarm", { managers: [host] }, recordChildren("swarm"));
const network = new OverlayNetwork("network", { swarm }, recordChildren("network"));
const image = `silo:1@sha256:${"a".repeat(64)}`;
const store = new MinioService("store", { swarm, network, image, port: 9100, tls: {} }, recordChildren("store"));
new MinioBucket("photos", { store, versioning: true });
new MinioUser("app", { store, access: { photos: "readonly" }, secretKey: "a-plain-secret-key" });
const certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const key = "-----BEGIN PRIVATE KEY-----\na-plain-secret-key\n-----END PRIVATE KEY-----\n";
new S3Gateway("gateway", { swarm, network, store, port: 8443, tls: { certificate, key } });
const TaskTemplate = { ContainerSpec: { Image: image } };
new SwarmService("web", { swarm, spec: { Name: "web", Mode: { Global: {} }, TaskTemplate } });
const hosts = { local: { parent: "eth1" } };
new MacvlanNetwork("macvlan", { swarm, subnet: "10.50.0.0/24", hosts });
new IpvlanNetwork("ipvlan", { swarm, subnet: "10.60.0.0/24", hosts });
new BridgeNetwork("bridged", { swarm, mtu: 1400 });
new HostNetwork("predefined", { swarm });

// A component created after an `await` has the same children.
await new Promise((later) => setTimeout(later, 100));
new OverlayNetwork("late", { swarm, subnet: "10.99.0.0/24" }, recordChildren("late"));

process.on("exit", () => {
  console.log(`children: ${JSON.stringify(children)}`);
  console.log(`seen: ${JSON.stringify(seen)}`);
});
