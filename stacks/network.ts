import * as pulumi from "@pulumi/pulumi";
import {
  BridgeNetwork,
  type DataNetwork,
  type HostLink,
  HostNetwork,
  IpvlanNetwork,
  type IpvlanMode,
  MacvlanNetwork,
  type MacvlanMode,
  OverlayNetwork,
  type Swarm,
} from "../components/index.ts";
import { rejectSettings, type Settings } from "./settings.ts";

/** The store's network, with what a stack exports of it. */
export interface StackNetwork extends DataNetwork {
  networkName: pulumi.Output<string>;
  subnet: pulumi.Output<string>;
  gateway: pulumi.Output<string>;
}

/** Settings of a network that have no meaning with a driver. */
const UNSUPPORTED_BY_DRIVER: Record<NonNullable<Settings["driver"]>, (keyof Settings)[]> = {
  overlay: ["networkMode"],
  bridge: ["networkMode", "encrypted", "adoptNetwork"],
  macvlan: ["encrypted", "mtu", "adoptNetwork"],
  ipvlan: ["encrypted", "mtu", "adoptNetwork"],
  host: ["networkMode", "networkName", "encrypted", "mtu", "subnet", "gateway", "attachable", "adoptNetwork"],
};

/** How each host is plugged into a network that is outside of Docker, by host key. */
export type HostLinks = Readonly<Record<string, HostLink | undefined>>;

/** Refuses settings of a network that do not go together. */
export function rejectNetworkSettings(settings: Settings, links: HostLinks): void {
  const { driver = "overlay", subnet } = settings;
  rejectSettings(settings, UNSUPPORTED_BY_DRIVER[driver], `an environment whose driver is ${driver}`);
  const isLinked = driver === "macvlan" || driver === "ipvlan";
  const given = Object.keys(links).filter((key) => (links[key] === undefined) === isLinked);
  const problem = isLinked
    ? "is missing: give { parent: <device>, ipRange: <addresses> }"
    : `has no meaning in an environment whose driver is ${driver}: take it away`;
  const lines = given.map((key) => `config pulumi-swarm:link of host ${key}: ${problem}`);
  if (isLinked && subnet === undefined) {
    lines.push("config pulumi-swarm:subnet: is missing: give the addresses that the network has outside of Docker");
  }
  if (lines.length > 0) throw new pulumi.RunError(lines.join("\n"));
}

/** The network that the settings ask for. */
export function createNetwork(swarm: Swarm, settings: Settings, links: HostLinks): StackNetwork {
  const { driver = "overlay", networkName, mtu, encrypted, attachable, gateway } = settings;
  const { subnet = "", networkMode } = settings;
  const others = { swarm, networkName: networkName ?? "minio-network", gateway, attachable };
  switch (driver) {
    case "overlay": {
      const own = { networkName: networkName ?? "minio-overlay-network", subnet: settings.subnet, mtu, encrypted };
      return new OverlayNetwork("network", { ...others, ...own, adopt: settings.adoptNetwork });
    }
    case "bridge":
      return new BridgeNetwork("network", { ...others, subnet: settings.subnet, mtu });
    case "macvlan": {
      const mode = networkMode as MacvlanMode | undefined;
      return new MacvlanNetwork("network", { ...others, subnet, mode, hosts: definedLinks(links) });
    }
    case "ipvlan": {
      const mode = networkMode as IpvlanMode | undefined;
      return new IpvlanNetwork("network", { ...others, subnet, mode, hosts: definedLinks(links) });
    }
    case "host": {
      const { networkId } = new HostNetwork("network", { swarm });
      const none = pulumi.output("");
      return { networkId, driver, networkName: pulumi.output("host"), subnet: none, gateway: none };
    }
  }
}

function definedLinks(links: HostLinks): Record<string, HostLink> {
  const entries = Object.entries(links).flatMap(([key, link]) => (link ? [[key, link] as const] : []));
  return Object.fromEntries(entries);
}
