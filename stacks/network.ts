import * as pulumi from "@pulumi/pulumi";
import {
  BridgeNetwork,
  type HostLink,
  HostNetwork,
  IpvlanNetwork,
  type IpvlanMode,
  MacvlanNetwork,
  type MacvlanMode,
  OverlayNetwork,
  type Swarm,
  type SwarmNetwork,
} from "../components/index.ts";
import { rejectSettings, type Settings } from "./settings.ts";

/** The store's network and its outputs; the addresses are empty for the hosts' network. */
export interface StackNetwork {
  network: SwarmNetwork;
  networkName: pulumi.Output<string>;
  subnet: pulumi.Output<string>;
  gateway: pulumi.Output<string>;
}

/** Network settings that a driver does not support. */
const UNSUPPORTED_BY_DRIVER: Record<NonNullable<Settings["driver"]>, (keyof Settings)[]> = {
  overlay: ["networkMode"],
  bridge: ["networkMode", "encrypted", "adoptNetwork"],
  macvlan: ["encrypted", "mtu", "adoptNetwork"],
  ipvlan: ["encrypted", "mtu", "adoptNetwork"],
  host: ["networkMode", "networkName", "encrypted", "mtu", "subnet", "gateway", "attachable", "adoptNetwork"],
};

/** Interfaces to a macvlan or ipvlan network, by host key. */
export type HostLinks = Readonly<Record<string, HostLink | undefined>>;

/** Rejects network settings that contradict each other. */
export function rejectNetworkSettings(settings: Settings, links: HostLinks): void {
  const { driver = "overlay", subnet } = settings;
  rejectSettings(settings, UNSUPPORTED_BY_DRIVER[driver], `a stack with driver ${driver}`);
  const isLinked = driver === "macvlan" || driver === "ipvlan";
  const wrongKeys = Object.keys(links).filter((key) => (links[key] === undefined) === isLinked);
  const problem = isLinked
    ? "is missing: give { parent: <device>, ipRange: <addresses> }"
    : `does not apply to a stack with driver ${driver}: remove it`;
  const lines = wrongKeys.map((key) => `config pulumi-swarm:link of host ${key}: ${problem}`);
  if (isLinked && subnet === undefined) {
    lines.push("config pulumi-swarm:subnet: is missing: give the addresses that the network has outside Docker");
  }
  if (lines.length > 0) throw new pulumi.RunError(lines.join("\n"));
}

/** Creates the network that the settings describe. */
export function createNetwork(swarm: Swarm, settings: Settings, links: HostLinks): StackNetwork {
  const network = constructNetwork(swarm, settings, links);
  if (!(network instanceof HostNetwork)) {
    const { networkName, subnet, gateway } = network;
    return { network, networkName, subnet, gateway };
  }
  const none = pulumi.output("");
  return { network, networkName: pulumi.output("host"), subnet: none, gateway: none };
}

function constructNetwork(swarm: Swarm, settings: Settings, links: HostLinks): SwarmNetwork {
  const { driver = "overlay", networkName, mtu, encrypted, attachable, gateway } = settings;
  const { subnet, networkMode } = settings;
  const others = { swarm, networkName: networkName ?? "minio-network", subnet, gateway, attachable };
  // `rejectNetworkSettings` requires a subnet with these drivers.
  const l2 = { subnet: subnet!, hosts: definedLinks(links) };
  switch (driver) {
    case "overlay": {
      const own = { networkName: networkName ?? "minio-overlay-network", mtu, encrypted };
      return new OverlayNetwork("network", { ...others, ...own, adopt: settings.adoptNetwork });
    }
    case "bridge":
      return new BridgeNetwork("network", { ...others, mtu });
    case "macvlan": {
      const mode = networkMode as MacvlanMode | undefined;
      return new MacvlanNetwork("network", { ...others, ...l2, mode });
    }
    case "ipvlan": {
      const mode = networkMode as IpvlanMode | undefined;
      return new IpvlanNetwork("network", { ...others, ...l2, mode });
    }
    case "host":
      return new HostNetwork("network", { swarm });
  }
}

function definedLinks(links: HostLinks): Record<string, HostLink> {
  const entries = Object.entries(links).flatMap(([key, link]) => (link ? [[key, link] as const] : []));
  return Object.fromEntries(entries);
}
