import type { Owner } from "./labels.ts";
import type { NetworkAddresses } from "./networks/cidr.ts";

/** Settings of a network, under the names of the arguments. Undefined: not set, or listed in `deferred`. */
export interface NetworkSettings extends NetworkAddresses {
  encrypted?: boolean;
  attachable?: boolean;
  internal?: boolean;
  mtu?: number;
  /** The user's own labels, without those of this package. */
  labels?: Record<string, string>;
}

/** Settings of the config-only network on one host. */
export interface NetworkConfigOnHost extends NetworkAddresses {
  /** Driver options, under Docker's names. */
  options?: Record<string, string>;
  /** The user's own labels, without those of this package. */
  labels?: Record<string, string>;
}

/** The config-only networks that a network of the Swarm is created from, one per host. */
export interface PerHostNetworkConfig {
  driver: "bridge" | "macvlan" | "ipvlan";
  /** Name of the config-only networks. */
  configName: string;
  /** By host key. Empty until all settings of the host are known. */
  hosts: Record<string, NetworkConfigOnHost>;
}

/** A network that a component needs. */
export interface NetworkRequirement {
  kind: "network";
  /** Subject of messages: `OverlayNetwork "storage"`. */
  subject: string;
  owner: Owner;
  /** The network's name in Docker. */
  name: string;
  /** Whether an existing network is adopted. It is then only compared with those `settings` that are given. */
  adopt?: boolean;
  /** The argument or setting that adopts. @default "adopt" */
  adoptArgument?: string;
  settings: NetworkSettings;
  /** Names of the settings that are not known before the program runs. They are not compared. @default - none */
  deferred?: string[];
  /** @default - none: an overlay network, which has no settings per host */
  perHostConfig?: PerHostNetworkConfig;
}

/** A service that a component needs, with the resources it uses on its hosts. */
export interface ServiceRequirement {
  kind: "service";
  /** `MinioService "store"`. */
  subject: string;
  owner: Owner;
  /** The service's name in Docker. */
  name: string;
  /** The argument that sets the name. @default "serviceName" */
  nameArgument?: string;
  /** Whether a service of this name that belongs to someone else is adopted, with its volumes. @default false */
  adopt?: boolean;
  /** The argument or setting that adopts. @default "adopt" */
  adoptArgument?: string;
  /**
   * Names of this service in the store's other mode. Ports that such a service holds count as free. A change of the
   * mode is checked elsewhere.
   */
  alternateNames?: string[];
  /** Ports published in host mode, by the argument that sets them: `{ port: 9000 }`. */
  ports: Record<string, number>;
  /** Keys of the hosts that run it. */
  hosts: string[];
  /** Mount points of the disks that the service uses on each host, with its own folder on each. */
  disks: { path: string; subfolder: string }[];
  /** User of the processes that write to the drives: `1000` or `1000:1000`. @default - root, or not known yet */
  user?: string;
  /** MinIO's format of the drives: `xl-single` for a pool of one drive. @default - not checked */
  driveFormat?: "xl" | "xl-single";
  /** Names of the Docker volumes with its data, by host key. @default - none */
  volumes?: Record<string, string[]>;
  /** Whether it uses the host network, where Docker does not know its ports. @default false */
  usesHostNetwork?: boolean;
  /** Whether firewall rules on each host limit the clients of the ports. @default false */
  needsFirewall?: boolean;
}

/** The Swarm that a program needs. */
export interface SwarmRequirement {
  kind: "swarm";
  /** `Swarm "swarm"`. */
  subject: string;
  owner: Owner;
  /** Whether an existing Swarm of another owner may be adopted. */
  adopt: boolean;
  /** Address pools for networks that do not set a subnet, in CIDR form. */
  addressPools: string[];
  /** Prefix length of the subnets taken from the pools. @default 24 */
  subnetSize?: number;
  /** Names of the settings that are not known before the program runs. @default - none */
  deferred?: string[];
  /** Keys of the manager hosts. */
  managers?: string[];
  /**
   * UDP port for VXLAN traffic between hosts.
   * @default 4789
   */
  dataPathPort?: number;
}

/** A requirement of a component. The preflight checks it against the engines before anything is changed. */
export type Requirement = SwarmRequirement | NetworkRequirement | ServiceRequirement;
