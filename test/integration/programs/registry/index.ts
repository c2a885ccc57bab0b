import * as pulumi from "@pulumi/pulumi";
import { Host, MinioService, OverlayNetwork, Swarm, SwarmService } from "../../../../components/index.ts";

const config = new pulumi.Config("pulumi-swarm");
const hosts = config.requireObject<Record<string, { engine: string; address: string }>>("hosts");
const image = config.require("image");
const password = config.getSecret("password");
const registryCredentials = password && { username: config.require("username"), password };

const [manager, ...workers] = Object.entries(hosts).map(
  ([hostname, { engine, address }]) =>
    new Host(hostname, { engine, hostname, privateAddress: address, endpointAddress: address }),
);
const swarm = new Swarm("swarm", { managers: manager ? [manager] : [], workers });

// These kernels have no ESP: an encrypted network would carry nothing between the hosts.
const network = new OverlayNetwork("network", { swarm, subnet: "10.20.0.0/24", encrypted: false });

const store = new MinioService("store", { swarm, network, image, tools: "mc", expose: true, registryCredentials });

const app = new SwarmService("app", {
  swarm,
  spec: {
    Name: "app",
    Mode: { Global: {} },
    TaskTemplate: { ContainerSpec: { Image: image, Args: ["server", "/tmp"] } },
  },
  registryCredentials,
});

export const serviceIds = pulumi
  .all([store.serviceIds, app.serviceId])
  .apply(([ids, id]) => [...Object.values(ids), id]);
