import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import {
  Host,
  MinioService,
  OverlayNetwork,
  S3Gateway,
  type S3GatewayArgs,
  Swarm,
} from "../../../../components/index.ts";

const config = new pulumi.Config("pulumi-swarm");
const hosts = config.requireObject<Record<string, { engine: string; hostname: string; address: string }>>("hosts");
const files = config.getObject<{ certificate: string; key: string }>("tls");

const swarm = new Swarm("swarm", {
  managers: Object.entries(hosts).map(
    ([key, { engine, hostname, address }]) =>
      new Host(key, {
        engine,
        hostname,
        drives: { d1: {} },
        privateAddress: address,
        endpointAddress: address,
      }),
  ),
});

// These kernels have no ESP: an encrypted network would carry nothing between the hosts.
const network = new OverlayNetwork("network", { swarm, subnet: "10.20.0.0/24", encrypted: false });

const store = new MinioService("store", {
  swarm,
  network,
  image: config.require("image"),
  tools: "mc",
  expose: config.getBoolean("exposeStore") ?? false,
  tls: config.getBoolean("storeTls") ? {} : undefined,
});

const gateway = new S3Gateway("gateway", {
  swarm,
  network,
  store,
  image: config.require("gatewayImage"),
  tls: files && {
    certificate: readFileSync(files.certificate, "utf8"),
    key: pulumi.secret(readFileSync(files.key, "utf8")),
  },
  ...config.getObject<Partial<S3GatewayArgs>>("gateway"),
});

export const { endpoint, endpoints, consoleEndpoints } = gateway;
export const { rootUser, rootPassword, endpoint: storeEndpoint } = store;
