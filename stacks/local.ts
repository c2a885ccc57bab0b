import { LocalHost, MinioService, OverlayNetwork, Swarm } from "../components/index.ts";
import type { StackOutputs } from "./outputs.ts";
import type { Settings } from "./settings.ts";

/** This machine alone: a Swarm of one node, its overlay network, and a store on as many drives as are given. */
export function local(settings: Settings): StackOutputs {
  const { engine, endpointAddress, hostname, drives, adopt, allowOutage, addressPools } = settings;
  const host = new LocalHost("local", { engine, endpointAddress, hostname, drives });
  const swarm = new Swarm("swarm", { managers: [host], adopt, allowOutage, addressPools });

  const { networkName = "minio-overlay-network", subnet, gateway, mtu, encrypted, attachable } = settings;
  const network = new OverlayNetwork("network", { swarm, networkName, subnet, gateway, mtu, encrypted, attachable });

  const { image, mode, expose, port, consolePort, rootUser, environment } = settings;
  const store = new MinioService("minio", {
    swarm,
    network,
    ...{ image, mode, expose, port, consolePort, rootUser, environment },
  });

  return {
    endpoint: store.endpoint,
    endpoints: store.endpoints,
    consoleEndpoints: store.consoleEndpoints,
    subnet: network.subnet,
    subnetGateway: network.gateway,
    networkId: network.networkId,
    networkName: network.networkName,
    swarmId: swarm.swarmId,
    nodes: swarm.nodes,
    serviceIds: store.serviceIds,
    rootUser: store.rootUser,
    rootPassword: store.rootPassword,
  };
}
