// An application in another project. It reads the store's network and keys from the outputs of the store's stack.
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { Host, Swarm, SwarmService } from "pulumi-swarm";

const config = new pulumi.Config();
const [engine, hostname] = ["engine", "hostname"].map((key) => config.get(key));

// For example `organization/two-stores/dev`.
const stores = new pulumi.StackReference(config.require("stores"));
const output = (name: string) => stores.requireOutput(name) as pulumi.Output<string>;

const swarm = new Swarm("swarm", { managers: [new Host("local", { engine, hostname })], adopt: true });

// A secret file, because everyone who may inspect the service can read its environment and arguments.
const alias = pulumi.interpolate`MC_HOST_red=http://${output("accessKey")}:${output("secretKey")}@red:9000\n`;
const keys = new docker.Secret(
  "keys",
  { data: alias.apply((text) => Buffer.from(text).toString("base64")) },
  { provider: swarm.provider },
);

const application = new SwarmService("application", {
  swarm,
  spec: {
    Name: "application",
    Mode: { Replicated: { Replicas: 1 } },
    TaskTemplate: {
      ContainerSpec: {
        Image: config.require("image"),
        Command: ["mc", "ping", "--interval", "10", "red"],
        Env: ["MC_CONFIG_ENV_FILE=/run/secrets/keys", "MC_CONFIG_DIR=/tmp/mc"],
        Secrets: [
          { SecretID: keys.id, SecretName: keys.name, File: { Name: "keys", UID: "0", GID: "0", Mode: 0o400 } },
        ],
      },
      Networks: [{ Target: output("networkId") }],
    },
  },
  // Ready once it can read its bucket.
  readyCommand: ["mc", "ls", "red/photos"],
});

export const { serviceId } = application;
