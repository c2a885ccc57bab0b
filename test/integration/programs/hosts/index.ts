import * as pulumi from "@pulumi/pulumi";
import {
  BridgeNetwork,
  Host,
  HostNetwork,
  MacvlanNetwork,
  type MacvlanNetworkArgs,
  MinioBucket,
  type MinioBucketArgs,
  MinioService,
  type MinioServiceArgs,
  MinioUser,
  type MinioUserArgs,
  OverlayNetwork,
  Swarm,
  type SwarmArgs,
} from "../../../../components/index.ts";

/** A lab host in the test's configuration. */
interface HostConfig {
  engine: string;
  hostname?: string;
  address: string;
  dataPathAddress?: string;
  role: "manager" | "worker";
  drives?: Host["drives"];
}

const config = new pulumi.Config("pulumi-swarm");
const hosts = config.requireObject<Record<string, HostConfig>>("hosts");
const withStore = config.get("store") !== "none";
const store = (withStore && config.getObject<Partial<MinioServiceArgs>>("store")) || {};

const key = config.getSecret("kmsKey");
const auditToken = config.getSecret("auditToken");
const kmsKey = key && { name: "store-key", key };

const hostsByRole = Object.entries(hosts).map(([key, { role, address, drives = { d1: {} }, ...machine }]) => ({
  role,
  host: new Host(key, { ...machine, drives, privateAddress: address, endpointAddress: address }),
}));
const inRole = (wanted: string) => hostsByRole.filter(({ role }) => role === wanted).map(({ host }) => host);

const swarm = new Swarm("swarm", {
  managers: inRole("manager"),
  workers: inRole("worker"),
  ...config.getObject<Partial<SwarmArgs>>("swarm"),
});

/** The store's network in the test's configuration. */
interface Carrier {
  driver: "overlay" | "bridge" | "macvlan" | "host";
  args: object;
}

const carrier = config.getObject<Carrier>("carrier");
const network = networkOf(carrier ?? { driver: "overlay", args: { subnet: "10.20.0.0/24" } });

function networkOf({ driver, args }: Carrier) {
  const all = { swarm, ...args };
  switch (driver) {
    case "bridge":
      return new BridgeNetwork("network", all);
    case "macvlan":
      return new MacvlanNetwork("network", all as MacvlanNetworkArgs);
    case "host":
      return new HostNetwork("network", all);
    case "overlay":
      // These kernels have no ESP: an encrypted network would transport nothing between the hosts.
      return new OverlayNetwork("network", { encrypted: false, ...all });
  }
}

// More networks, some of which the store is attached to.
const more = (config.getObject<string[]>("networks") ?? []).map(
  (name) => [name, new OverlayNetwork(name, { swarm, encrypted: false })] as const,
);
const attached = config.getObject<string[]>("attached") ?? [];
const networks = more.filter(([name]) => attached.includes(name)).map(([, network]) => network);
// One of them may become the store's data network.
const moved = more.find(([name]) => name === config.get("dataNetwork"))?.[1];

// A network that no service uses. Its subnet is an Output, which the preflight does not check.
const lateSubnet = config.get("lateSubnet");
if (lateSubnet) new OverlayNetwork("late", { swarm, encrypted: false, subnet: pulumi.output(lateSubnet) });

const minio = withStore
  ? new MinioService("store", {
      swarm,
      network: moved ?? network,
      networks,
      image: config.require("image"),
      tools: "mc",
      kmsKey,
      rootPassword: config.getSecret("rootPassword"),
      secretEnvironment: auditToken && { MINIO_AUDIT_WEBHOOK_AUTH_TOKEN_LAB: auditToken },
      minReadySeconds: config.getNumber("minReadySeconds"),
      ...store,
    })
  : undefined;

const buckets = config.getObject<Record<string, Omit<MinioBucketArgs, "store">>>("buckets") ?? {};
const users = config.getObject<Record<string, Omit<MinioUserArgs, "store">>>("users") ?? {};
for (const [key, args] of Object.entries(buckets)) {
  if (minio) new MinioBucket(key, { store: minio, ...args });
}
const appUsers = Object.entries(users).flatMap(([key, args]) =>
  minio ? [[key, new MinioUser(key, { store: minio, ...args })] as const] : [],
);

export const { swarmId, nodes } = swarm;
export const endpoint = minio?.endpoint;
export const endpoints = minio?.endpoints;
export const metricsEndpoints = minio?.metricsEndpoints;
export const metricsToken = minio?.metricsToken;
export const rootUser = minio?.rootUser;
export const rootPassword = minio?.rootPassword;
export const caCertificate = minio?.caCertificate;
export const serviceIds = minio?.serviceIds;
export const accessKeys = pulumi.output(
  Object.fromEntries(appUsers.map(([key, { accessKey }]) => [key, accessKey] as const)),
);
export const secretKeys = pulumi.output(
  Object.fromEntries(appUsers.map(([key, { secretKey }]) => [key, secretKey] as const)),
);
