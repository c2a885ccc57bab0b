// Another network in an existing Swarm. With `adopt` the Swarm is not changed, and `destroy` does not leave it.
import * as pulumi from "@pulumi/pulumi";
import { Host, OverlayNetwork, Swarm } from "pulumi-swarm";

const config = new pulumi.Config();
const [engine, hostname] = ["engine", "hostname"].map((key) => config.get(key));

const swarm = new Swarm("swarm", { managers: [new Host("local", { engine, hostname })], adopt: true });
const network = new OverlayNetwork("applications", { swarm, subnet: "10.30.0.0/24", labels: { team: "web" } });

export const { networkId, networkName, subnet } = network;
