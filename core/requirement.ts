import type { Owner } from "./labels.ts";

/** How a network is to be. What is absent is not known before the program runs, or is the Swarm's choice. */
export interface NetworkSettings {
  encrypted?: boolean;
  attachable?: boolean;
  internal?: boolean;
  mtu?: number;
  subnet?: string;
  gateway?: string;
  ipRange?: string;
  /** The user's own labels. */
  labels?: Record<string, string>;
}

/** What a network is made of on one host. What is absent is not known before the program runs. */
export interface NetworkConfigOnHost {
  /** Empty: the host's engine chooses. */
  subnet?: string;
  gateway?: string;
  /** Empty: all of the subnet. */
  ipRange?: string;
  /** Options of the driver, in the Engine's words. */
  options?: Record<string, string>;
  /** The user's own labels. */
  labels?: Record<string, string>;
}

/** A network that each host makes of a part of its own. */
export interface PerHostNetworkConfig {
  driver: "bridge" | "macvlan" | "ipvlan";
  /** Name of the networks that hold what the parts are made of. */
  configName: string;
  /** By host key. */
  hosts: Record<string, NetworkConfigOnHost>;
}

/** A network that is to exist. */
export interface NetworkRequirement {
  kind: "network";
  /** The argument's subject for messages: `OverlayNetwork "storage"`. */
  subject: string;
  owner: Owner;
  /** The network's name in the engine. */
  name: string;
  /** Whether one that somebody else made is taken on as it is; `shape` is then what it is compared with. */
  adopt?: boolean;
  settings: NetworkSettings;
  /**
   * What each host makes it of.
   * @default - it is an overlay network, which the Swarm makes
   */
  perHostConfig?: PerHostNetworkConfig;
}

/** A service that is to exist, with the ports it takes on its hosts. */
export interface ServiceRequirement {
  kind: "service";
  /** `MinioService "store"`. */
  subject: string;
  owner: Owner;
  /** The service's name in the engine. */
  name: string;
  /** The argument that gives the name. @default "serviceName" */
  nameArgument?: string;
  /** Whether a service of this name that belongs to someone else is adopted, with its volumes. @default false */
  adopt?: boolean;
  /**
   * Names that this service has in the store's other mode: ports that such a service holds are not taken. Whether one
   * may become the other is checked elsewhere.
   */
  alternateNames?: string[];
  /** Ports published in host mode, by the argument that asks for them: `{ port: 9000 }`. */
  ports: Record<string, number>;
  /** Keys of the hosts that run it. */
  hosts: string[];
  /** Mount points of disks the service uses on each of its hosts, with the folder below each that is its own. */
  disks: { path: string; subfolder: string }[];
  /** Names of the Docker volumes that hold its data, by host key. @default - it has none of its own */
  volumes?: Record<string, string[]>;
  /** Whether it is on the hosts' own network, where Docker knows nothing of its ports. @default false */
  usesHostNetwork?: boolean;
  /** Whether the ports are not for everybody, which takes rules on each of its hosts. @default false */
  needsFirewall?: boolean;
}

/** The Swarm itself. */
export interface SwarmRequirement {
  kind: "swarm";
  /** `Swarm "swarm"`. */
  subject: string;
  owner: Owner;
  /** Whether a Swarm that somebody else made may be taken on. */
  adopt: boolean;
  /** Address pools for networks without a subnet of their own, in CIDR form. */
  addressPools: string[];
  /** Keys of the hosts that are to manage it. */
  managers?: string[];
  /**
   * UDP port for traffic between hosts.
   * @default 4789
   */
  dataPathPort?: number;
}

/** What a component needs of the engines before anything may be touched. */
export type Requirement = SwarmRequirement | NetworkRequirement | ServiceRequirement;
