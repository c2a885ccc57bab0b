// A service that is configured with the outputs of another stack, which runs the program `options`.
import * as pulumi from "@pulumi/pulumi";
import { Host, Swarm, SwarmService } from "../../../../components/index.ts";

const config = new pulumi.Config("pulumi-swarm");
const stores = new pulumi.StackReference(config.require("stores"));
const output = (name: string) => stores.requireOutput(name);

const host = new Host("local", { engine: config.require("engine"), hostname: config.require("hostname") });
const swarm = new Swarm("swarm", { managers: [host], adopt: true });
const settings = { endpoints: output("endpoints"), members: output("members"), subnet: output("subnet") };
const service = new SwarmService("reader", {
  swarm,
  spec: {
    Name: "reader",
    Mode: { Replicated: { Replicas: 1 } },
    TaskTemplate: {
      ContainerSpec: {
        Image: config.require("image"),
        Args: ["server", "/tmp"],
        Env: Object.entries(settings).map(
          ([name, value]) => pulumi.interpolate`${name}=${pulumi.jsonStringify(value)}`,
        ),
      },
      Networks: [{ Target: output("networkId") as pulumi.Output<string> }],
    },
  },
});

export const { serviceId } = service;
export const rootPassword = output("rootPassword");
