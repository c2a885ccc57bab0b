// Adopts a Swarm and a network that were created by hand, and adds a new store. docs/adopt.md then copies the objects of the
// old stores into the new one.
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

// Adopted: it is never changed, and stays when this stack is destroyed.
const theirs = new OverlayNetwork("theirs", { swarm, networkName: "minio-overlay-network", adopt: true });

// The new store has its own network and also joins the adopted one: clients there reach it as http://store:9000, and it
// reaches the old stores.
const network = new OverlayNetwork("storage", { swarm, encrypted: config.getBoolean("encrypted") ?? true });
const store = new MinioService("store", { swarm, network, networks: [theirs], image: config.get("image") });

export const { endpoint, endpoints, serviceIds, rootUser, rootPassword } = store;
export const { networkId } = theirs;
