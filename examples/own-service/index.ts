// Your own service on a network that another program created: the network is found by its name and not changed.
import * as pulumi from "@pulumi/pulumi";
import { Host, OverlayNetwork, Swarm, SwarmService } from "pulumi-swarm";

const config = new pulumi.Config();
const [engine, hostname] = ["engine", "hostname"].map((key) => config.get(key));

const swarm = new Swarm("swarm", { managers: [new Host("local", { engine, hostname })], adopt: true });
const network = new OverlayNetwork("stores", { swarm, networkName: "red-network", adopt: true });

const watch = new SwarmService("watch", {
  swarm,
  spec: {
    Name: "watch",
    Mode: { Replicated: { Replicas: 1 } },
    TaskTemplate: {
      ContainerSpec: {
        // Any image with MinIO's client, by digest or by the id of an image that is on every host.
        Image: config.require("image"),
        Command: ["mc", "ping", "--interval", "10", "red"],
        Env: ["MC_HOST_red=http://red:9000", "MC_CONFIG_DIR=/tmp/mc"],
      },
      Networks: [{ Target: network.networkId }],
    },
  },
  // Ready once it can reach the store by its name.
  readyCommand: ["mc", "ready", "red"],
});

export const { serviceId } = watch;
