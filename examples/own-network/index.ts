// One more network in a Swarm that is there already. With `adopt` the Swarm stays as it is, and is not left on destroy.
import * as pulumi from "@pulumi/pulumi";
import { LocalHost, OverlayNetwork, Swarm } from "pulumi-swarm";

const config = new pulumi.Config();
const [engine, hostname] = ["engine", "hostname"].map((key) => config.get(key));

const swarm = new Swarm("swarm", { managers: [new LocalHost("local", { engine, hostname })], adopt: true });
const network = new OverlayNetwork("applications", { swarm, subnet: "10.30.0.0/24", labels: { team: "web" } });

export const { networkId, networkName, subnet } = network;
