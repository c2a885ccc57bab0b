import * as pulumi from "@pulumi/pulumi";
import {
  BridgeNetwork,
  Firewall,
  MinioBucket,
  MinioService,
  MinioUser,
  OverlayNetwork,
  S3Gateway,
  type SshHostArgs,
  SshHosts,
  Swarm,
  SwarmService,
} from "../../../../components/index.ts";

const config = new pulumi.Config("pulumi-swarm");
const image = config.require("image");
const adopt = config.getBoolean("adopt");
/** Suffix of the components' names and whether they have a parent, now and when they were created. */
interface Place {
  suffix?: string;
  grouped?: boolean;
}
const place = config.getObject<Place>("place") ?? {};
const former = config.getObject<Place>("former");

class Group extends pulumi.ComponentResource {
  constructor() {
    super("test:index:Group", "group");
  }
}
const group = place.grouped ? new Group() : undefined;

/** Returns a component's name and options, with an alias for its former name and parent. */
function at(name: string): [string, { parent?: Group; aliases?: pulumi.Alias[] }] {
  const aliases = former && [{ name: `${name}${former.suffix ?? ""}`, parent: pulumi.rootStackResource }];
  return [`${name}${place.suffix ?? ""}`, { ...(group && { parent: group }), ...(aliases && { aliases }) }];
}

const [hostsName, hostsOpts] = at("hosts");
const hosts = new SshHosts(hostsName, { hosts: config.requireObject<Record<string, SshHostArgs>>("hosts") }, hostsOpts);
const [swarmName, swarmOpts] = at("swarm");
const swarm = new Swarm(swarmName, { managers: hosts.list, adopt }, swarmOpts);

const [networkName, networkOpts] = at("network");
const network = new OverlayNetwork(
  networkName,
  { swarm, networkName: "net", adopt, ...(!adopt && { encrypted: false, labels: { team: "x" } }) },
  networkOpts,
);
if (!adopt) {
  const [bridgeName, bridgeOpts] = at("bridge");
  new BridgeNetwork(bridgeName, { swarm, networkName: "bridged", subnet: "10.60.0.0/24" }, bridgeOpts);
}

const [storeName, storeOpts] = at("store");
const store = new MinioService(
  storeName,
  {
    ...{ swarm, network, image, tools: "mc", serviceName: "store", adopt: adopt ?? config.getBoolean("adoptStore") },
    allowFrom: config.requireObject<string[]>("allowFrom"),
    rootUser: config.get("rootUser"),
    rootPassword: config.getSecret("rootPassword"),
  },
  storeOpts,
);
const [bucketName, bucketOpts] = at("bucket");
new MinioBucket(bucketName, { store, bucketName: "photos" }, bucketOpts);
const [userName, userOpts] = at("user");
const user = new MinioUser(
  userName,
  {
    ...{ store, accessKey: "application", access: { photos: "readwrite" }, adopt },
    secretKey: config.getSecret("secretKey"),
  },
  userOpts,
);

const [gatewayName, gatewayOpts] = at("gateway");
new S3Gateway(
  gatewayName,
  { swarm, network, store, image: config.require("gatewayImage"), serviceName: "gateway", port: 8080, adopt },
  gatewayOpts,
);

const [serviceName, serviceOpts] = at("service");
const spec = {
  Name: "plain",
  Mode: { Replicated: { Replicas: 1 } },
  TaskTemplate: {
    ContainerSpec: { Image: image, Args: ["server", "/tmp"] },
    Networks: [{ Target: network.networkId }],
  },
};
new SwarmService(serviceName, { swarm, adopt, spec }, serviceOpts);

const [firewallName, firewallOpts] = at("firewall");
new Firewall(firewallName, { swarm, ports: [7000], allowFrom: ["198.51.100.0/24"] }, firewallOpts);

export const { endpoints, rootUser, rootPassword } = store;
export const secretKey = user.secretKey;
