import * as pulumi from "@pulumi/pulumi";
import { Host, Swarm } from "../../../components/index.ts";

interface HostConfig {
  engine: string;
  hostname: string;
  address: string;
}

const config = new pulumi.Config("pulumi-swarm");
const hosts = Object.entries(config.requireObject<Record<string, HostConfig>>("hosts")).map(
  ([key, { engine, hostname, address }]) => new Host(key, { engine, hostname, privateAddress: address }),
);
const managers = config.requireNumber("managers");

export const { swarmId } = new Swarm("swarm", { managers: hosts.slice(0, managers), workers: hosts.slice(managers) });
