import * as pulumi from "@pulumi/pulumi";
import { Host, MinioBucket, MinioService, OverlayNetwork, Swarm } from "../../../../components/index.ts";

const config = new pulumi.Config("pulumi-swarm");
const host = new Host("local", {
  engine: config.require("engine"),
  hostname: config.require("hostname"),
  endpointAddress: config.require("endpointAddress"),
  drives: { d1: { path: "/mnt/disk1" } },
});
const swarm = new Swarm("swarm", { managers: [host] });
const team = { label: "team", value: "storage" };
const network = new OverlayNetwork("network", {
  swarm,
  transform: {
    network: (args) => ({ ...args, labels: pulumi.output(args.labels).apply((labels = []) => [...labels, team]) }),
  },
});
const store = new MinioService("store", {
  swarm,
  network,
  image: config.require("image"),
  user: config.get("user"),
  timeoutSeconds: 60,
  placement: { constraints: ["node.role == manager"] },
  labels: { team: "storage" },
  containerLabels: { parser: pulumi.output("json") },
  extraHosts: { "login.example.com": "198.51.100.7", "keys.example.com": pulumi.output("198.51.100.8") },
  environment: config.getObject<Record<string, string>>("environment"),
  transform: {
    service: (args, opts) => {
      const { ContainerSpec } = args.spec.TaskTemplate;
      ContainerSpec.Mounts?.push({ Type: "bind", Source: "/etc/hostname", Target: "/tmp/of-the-host", ReadOnly: true });
      ContainerSpec.CapabilityAdd = ["CAP_SYS_NICE"];
      opts.retainOnDelete = config.getBoolean("retain");
      return args;
    },
    secret: (args) => ({ ...args, labels: pulumi.output(args.labels).apply((labels = []) => [...labels, team]) }),
  },
});
new MinioBucket("photos", { store });

export const { endpoints, rootUser, rootPassword } = store;
