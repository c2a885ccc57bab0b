// A Swarm and a network that were made by hand come under Pulumi as they are, with a new store beside what runs there.
// docs/adopt.md is the way from there: how the objects of the old stores get into the new one.
import * as pulumi from "@pulumi/pulumi";
import { MinioService, OverlayNetwork, type SshHostArgs, SshHosts, Swarm } from "pulumi-swarm";

const config = new pulumi.Config();
const managers = config.requireObject<string[]>("managers");
const hosts = new SshHosts("hosts", { hosts: config.requireObject<Record<string, SshHostArgs>>("hosts") });
const isManager = ({ key }: { key: string }) => managers.includes(key);

const swarm = new Swarm("swarm", {
  managers: hosts.list.filter(isManager),
  workers: hosts.list.filter((host) => !isManager(host)),
  adopt: true,
});

// As it is: nothing of it is changed, and it stays when this stack goes.
const theirs = new OverlayNetwork("theirs", { swarm, networkName: "minio-overlay-network", adopt: true });

// The new store has a network of its own, encrypted where the hosts can do it, and joins theirs: clients there reach it
// as http://store:9000, and it reaches the old stores.
const network = new OverlayNetwork("storage", { swarm, encrypted: config.getBoolean("encrypted") ?? true });
const store = new MinioService("store", { swarm, network, networks: [theirs], image: config.get("image") });

export const { endpoint, endpoints, serviceIds, rootUser, rootPassword } = store;
export const { networkId } = theirs;
