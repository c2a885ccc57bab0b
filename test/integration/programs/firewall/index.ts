import * as pulumi from "@pulumi/pulumi";
import { MinioService, OverlayNetwork, type SshHostArgs, SshHosts, Swarm } from "../../../../components/index.ts";

const config = new pulumi.Config("pulumi-swarm");

const hosts = new SshHosts("hosts", { hosts: config.requireObject<Record<string, SshHostArgs>>("hosts") });
const swarm = new Swarm("swarm", { managers: hosts.list });
const network = new OverlayNetwork("network", { swarm, encrypted: false });

new MinioService("store", {
  swarm,
  network,
  image: config.require("image"),
  tools: "mc",
  allowFrom: config.getObject<string[]>("allowFrom"),
});
