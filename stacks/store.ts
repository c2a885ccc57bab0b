import * as pulumi from "@pulumi/pulumi";
import { type Host, MinioBucket, MinioService, MinioUser, OverlayNetwork, Swarm } from "../components/index.ts";
import { outputsOf, type StoreOutputs, type SwarmOutputs } from "./outputs.ts";
import type { Settings } from "./settings.ts";

/** What every environment has on its hosts: a Swarm of them, its overlay network, and a store on all of them. */
export function storeOn(
  hosts: { managers: Host[]; workers?: Host[] },
  settings: Settings,
): StoreOutputs & SwarmOutputs {
  const { adopt, allowOutage, addressPools } = settings;
  const swarm = new Swarm("swarm", { ...hosts, adopt, allowOutage, addressPools });

  const { networkName = "minio-overlay-network", subnet, gateway, mtu, encrypted, attachable } = settings;
  const network = new OverlayNetwork("network", { swarm, networkName, subnet, gateway, mtu, encrypted, attachable });

  const { image, mode, expose, port, consolePort, rootUser, rootPasswordGeneration, environment, metrics } = settings;
  const store = new MinioService("minio", {
    swarm,
    network,
    ...{ image, mode, expose, port, consolePort, rootUser, rootPasswordGeneration, environment, metrics },
    tls: settings.tls || undefined,
    allowFrom: settings.allowFrom,
  });
  for (const [name, args] of Object.entries(settings.buckets ?? {})) new MinioBucket(name, { store, ...args });
  const users = Object.entries(settings.users ?? {}).map(
    ([name, access]) => [name, new MinioUser(name, { store, access })] as const,
  );

  return {
    ...outputsOf(store),
    metricsToken: store.metricsToken ?? null,
    subnet: network.subnet,
    subnetGateway: network.gateway,
    networkId: network.networkId,
    networkName: network.networkName,
    swarmId: swarm.swarmId,
    nodes: swarm.nodes,
    users: pulumi.output(
      Object.fromEntries(users.map(([name, { accessKey, secretKey }]) => [name, { accessKey, secretKey }] as const)),
    ),
  };
}
