// A store on two machines over SSH, with a bucket and its user. Beside it is the same program in YAML, Python and Go.
import * as pulumi from "@pulumi/pulumi";
import { MinioBucket, MinioService, MinioUser, OverlayNetwork, type SshHostArgs, SshHosts, Swarm } from "pulumi-swarm";

const config = new pulumi.Config();
const machines = config.getObject<{ a: SshHostArgs; b: SshHostArgs }>("machines");

const hosts = new SshHosts("hosts", {
  hosts: machines ?? { a: { address: "192.0.2.1" }, b: { address: "192.0.2.2" } },
  defaults: { drives: { d1: { path: "/mnt/disk1" } }, labels: { disk: "ssd" } },
});
const swarm = new Swarm("swarm", { managers: [hosts.host("a")], workers: [hosts.host("b")] });
const network = new OverlayNetwork("network", { swarm, encrypted: config.getBoolean("encrypted") });
const store = new MinioService("store", { swarm, network, image: config.get("image") });
const bucket = new MinioBucket("photos", { store });
const app = new MinioUser("app", { store, access: { photos: "readwrite" } });

export const { endpoints } = store;
export const { bucketName } = bucket;
export const { accessKey, secretKey } = app;
