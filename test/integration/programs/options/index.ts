import * as pulumi from "@pulumi/pulumi";
import { Host, MinioBucket, MinioService, OverlayNetwork, Swarm, SwarmService } from "../../../../components/index.ts";

const config = new pulumi.Config("pulumi-swarm");
const image = config.require("image");
const host = new Host("local", {
  engine: config.require("engine"),
  hostname: config.require("hostname"),
  endpointAddress: config.require("endpointAddress"),
  drives: { d1: {} },
});
const swarm = new Swarm("swarm", { managers: [host] });
const network = new OverlayNetwork("network", { swarm });
const store = new MinioService(
  "store",
  { swarm, network, image, tls: {}, rootPasswordGeneration: config.get("passwordGeneration") },
  { protect: config.getBoolean("protect") },
);
if (config.getBoolean("bucket")) new MinioBucket("photos", { store }, { retainOnDelete: true });

// Components may be created after an `await`, as of a request to another API.
await new Promise((later) => setTimeout(later, 100));
const spec = {
  Name: "scaled",
  Mode: { Replicated: { Replicas: 1 } },
  TaskTemplate: {
    ContainerSpec: { Image: image, Args: ["server", "/tmp"] },
    Networks: [{ Target: network.networkId }],
  },
};
new SwarmService("scaled", { swarm, spec }, { ignoreChanges: ["spec.Mode.Replicated.Replicas"] });

export const { endpoints, members, rootUser, rootPassword, caCertificate } = store;
export const { networkId, subnet } = network;
