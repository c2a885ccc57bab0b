// An application in a project of its own. What it needs of the store it takes from the outputs of the store's stack.
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { LocalHost, Swarm, SwarmService } from "pulumi-swarm";

const config = new pulumi.Config();
const [engine, hostname] = ["engine", "hostname"].map((key) => config.get(key));

// For instance `organization/two-stores/dev`.
const stores = new pulumi.StackReference(config.require("stores"));
const output = (name: string) => stores.requireOutput(name) as pulumi.Output<string>;

const swarm = new Swarm("swarm", { managers: [new LocalHost("local", { engine, hostname })], adopt: true });

// Keys reach the container as a file: what is in its environment or arguments, all may read who may inspect it.
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
  // It counts as made once it may read its bucket.
  readyCommand: ["mc", "ls", "red/photos"],
});

export const { serviceId } = application;
