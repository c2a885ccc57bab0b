import * as pulumi from "@pulumi/pulumi";
import { MinioBucket, MinioService, MinioUser, Swarm, type SwarmArgs } from "../components/index.ts";
import { type HostLinks, createNetwork } from "./network.ts";
import { toStoreOutputs, type StoreOutputs, type SwarmOutputs } from "./outputs.ts";
import { toSwarmPools } from "./pools.ts";
import type { Settings } from "./settings.ts";

/**
 * Creates a Swarm of the hosts, its network, and a store on all of them.
 *
 * @param links each host's interface to a macvlan or ipvlan network
 */
export function deploySwarmStore(
  hosts: Pick<SwarmArgs, "managers" | "workers" | "availability">,
  settings: Settings,
  links: HostLinks = {},
): StoreOutputs & SwarmOutputs {
  const { adopt, allowOutage, addressPools, subnetSize, dataPathPort, autolock, certificateExpiryDays } = settings;
  const swarm = new Swarm("swarm", {
    ...hosts,
    ...{ adopt, allowOutage, addressPools, subnetSize, dataPathPort, autolock, certificateExpiryDays },
  });
  swarm.adoptArguments = { network: "adoptNetwork", service: "adoptStore" } satisfies Record<string, keyof Settings>;

  const { network, networkName, subnet, gateway } = createNetwork(swarm, settings, links);

  const { image, mode, expose, port, console, consolePort, environment, metrics, minReadySeconds } = settings;
  const { rootUser, rootPassword, rootPasswordGeneration } = settings;
  const store = new MinioService("minio", {
    swarm,
    network,
    adopt: settings.adoptStore,
    pools: settings.pools && toSwarmPools(settings.pools),
    ...{ image, mode, expose, port, console, consolePort, environment, metrics, minReadySeconds },
    ...{ rootUser, rootPassword, rootPasswordGeneration },
    tls: settings.tls ? {} : undefined,
    allowFrom: settings.allowFrom,
  });
  for (const [name, args] of Object.entries(settings.buckets ?? {})) new MinioBucket(name, { store, ...args });
  const users = Object.entries(settings.users ?? {}).map(
    ([name, access]) => [name, new MinioUser(name, { store, access })] as const,
  );

  return {
    ...toStoreOutputs(store),
    metricsToken: store.metricsToken ?? null,
    subnet,
    subnetGateway: gateway,
    networkId: network.networkId,
    networkName,
    swarmId: swarm.swarmId,
    nodes: swarm.nodes,
    users: pulumi.output(
      Object.fromEntries(users.map(([name, { accessKey, secretKey }]) => [name, { accessKey, secretKey }] as const)),
    ),
  };
}
