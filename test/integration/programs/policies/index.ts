import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { Host, HostNetwork, MinioService, OverlayNetwork, Swarm, SwarmService } from "../../../../components/index.ts";

const config = new pulumi.Config("pulumi-swarm");
const isSound = config.requireBoolean("sound");
const image = `silo:1@sha256:${"a".repeat(64)}`;

const managers = (isSound ? ["a"] : ["a", "b"]).map(
  // Connections are refused at once. By ssh, because only such hosts can have firewall rules.
  (key, at) =>
    new Host(key, {
      engine: `ssh://${key}@127.0.0.1:1`,
      hostname: key,
      privateAddress: `198.51.100.${at + 1}`,
    }),
);
const swarm = new Swarm("swarm", { managers });
const network = new OverlayNetwork("network", { swarm, encrypted: isSound });

new MinioService("store", {
  swarm,
  network,
  image,
  rootUser: isSound ? "keeper" : "admin",
  tls: isSound ? {} : undefined,
  allowFrom: isSound ? ["198.51.100.0/24"] : undefined,
});

new SwarmService("web", {
  swarm,
  spec: {
    Name: "web",
    Mode: { Replicated: { Replicas: 1 } },
    TaskTemplate: {
      ContainerSpec: {
        Image: isSound ? image : "caddy:2",
        Env: isSound ? [] : ["DB_PASSWORD=changeme"],
        Mounts: [{ Type: "volume", Source: isSound ? "web-data" : undefined, Target: "/data" }],
      },
      Networks: [{ Target: network.networkId }],
    },
  },
});

// A store that publishes no port but can be reached: only the stack shows that its network is the hosts' network.
const members = isSound ? network : new HostNetwork("host", { swarm });
new SwarmService("other-store", {
  swarm,
  spec: {
    Name: "other-store",
    Mode: { Replicated: { Replicas: 1 } },
    TaskTemplate: {
      ContainerSpec: { Image: image, Command: ["minio", "server", "--address", ":9100"] },
      Networks: [{ Target: members.networkId }],
    },
  },
});

new docker.Volume("data", { name: "data" }, { provider: swarm.provider, protect: isSound });

/** A stand-in for the AWS resource, because no AWS plugin is installed: the rule checks type and inputs. */
class SecurityGroup extends pulumi.ComponentResource {
  constructor(name: string, args: pulumi.Inputs) {
    super("aws:ec2/securityGroup:SecurityGroup", name, args);
  }
}
new SecurityGroup("group", { ingress: [{ cidrBlocks: [isSound ? "198.51.100.0/24" : "0.0.0.0/0"] }] });
