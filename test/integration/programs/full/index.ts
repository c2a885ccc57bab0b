import * as pulumi from "@pulumi/pulumi";
import { Host, MinioService, OverlayNetwork, Swarm } from "../../../../components/index.ts";

const config = new pulumi.Config("pulumi-swarm");

const host = new Host("local", {
  engine: config.require("engine"),
  hostname: config.require("hostname"),
  endpointAddress: config.require("endpointAddress"),
  zone: "cellar",
  labels: { disk: "fast" },
  drives: { d1: {} },
});

const swarm = new Swarm("swarm", {
  managers: [host],
  availability: { local: "active" },
  taskHistoryLimit: 3,
  certificateExpiryDays: 30,
  autolock: false,
});

const network = new OverlayNetwork("network", {
  swarm,
  subnet: "10.20.0.0/24",
  mtu: 1400,
  labels: { team: "storage" },
});

const store = new MinioService("store", {
  swarm,
  network,
  image: config.require("image"),
  environment: { MINIO_API_REQUESTS_MAX: "200" },
  memoryLimitMiB: 2048,
});

export const { endpoints, rootUser, rootPassword, serviceIds } = store;
export const { swarmId, nodes } = swarm;
