/**
 * The parts of the Engine API that pulumi-swarm uses, named and spelled as the API does
 * (https://docs.docker.com/reference/api/engine/). Durations are nanoseconds, sizes bytes, as there.
 */

import type { ObjectVersion } from "./service-types.ts";

export type * from "./service-types.ts";

export interface EngineInfo {
  ID: string;
  Name: string;
  ServerVersion: string;
  OperatingSystem: string;
  OSType: string;
  Architecture: string;
  LiveRestoreEnabled?: boolean;
  SecurityOptions?: string[];
  /** The log driver of containers that set none. */
  LoggingDriver?: string;
  /** The time of the machine's clock. */
  SystemTime?: string;
  /** Address pools for networks of this host, if its configuration sets them. */
  DefaultAddressPools?: { Base: string; Size: number }[];
  Swarm: SwarmInfo;
}

export interface SwarmInfo {
  NodeID: string;
  NodeAddr: string;
  LocalNodeState: "inactive" | "pending" | "active" | "error" | "locked";
  ControlAvailable: boolean;
  Error?: string;
  RemoteManagers?: { NodeID: string; Addr: string }[] | null;
  Cluster?: { ID: string };
  /** Number of managers. Only managers report it, while there is a leader. */
  Managers?: number;
}

export interface SwarmSpec {
  Name?: string;
  Labels?: Record<string, string>;
  Orchestration?: { TaskHistoryRetentionLimit?: number };
  CAConfig?: { NodeCertExpiry?: number; [more: string]: unknown };
  EncryptionConfig?: { AutoLockManagers?: boolean };
  [more: string]: unknown;
}

export interface SwarmDetails {
  ID: string;
  Version: ObjectVersion;
  CreatedAt: string;
  Spec: SwarmSpec;
  DataPathPort?: number;
  DefaultAddrPool?: string[] | null;
  SubnetSize?: number;
  JoinTokens: { Worker: string; Manager: string };
}

export interface SwarmInitRequest {
  ListenAddr?: string;
  AdvertiseAddr?: string;
  DataPathAddr?: string;
  DataPathPort?: number;
  DefaultAddrPool?: string[];
  SubnetSize?: number;
  ForceNewCluster?: boolean;
  Spec: SwarmSpec;
}

export interface SwarmJoinRequest {
  ListenAddr?: string;
  AdvertiseAddr?: string;
  DataPathAddr?: string;
  RemoteAddrs: string[];
  JoinToken: string;
}

/** A node's role in its Swarm. */
export type NodeRole = "manager" | "worker";
/** The tasks that a node takes: any, no new ones, or none. */
export type NodeAvailability = "active" | "pause" | "drain";

export interface NodeSpec {
  Name?: string;
  Role: NodeRole;
  Availability: NodeAvailability;
  Labels?: Record<string, string>;
}

export interface NodeDetails {
  ID: string;
  Version: ObjectVersion;
  Spec: NodeSpec;
  Description: { Hostname: string; Engine: { EngineVersion: string } };
  Status: { State: "unknown" | "down" | "ready" | "disconnected"; Addr: string; Message?: string };
  ManagerStatus?: { Leader?: boolean; Reachability: "unknown" | "unreachable" | "reachable"; Addr: string };
}

export interface NetworkDetails {
  Id: string;
  Name: string;
  Created: string;
  Scope: "local" | "swarm" | "global";
  Driver: string;
  Internal: boolean;
  EnableIPv6?: boolean;
  Attachable: boolean;
  Ingress: boolean;
  /** Whether it only holds the configuration for other networks of the host (`--config-only`). */
  ConfigOnly?: boolean;
  /** The config-only network that this one was created from; its name is empty if there is none. */
  ConfigFrom?: { Network: string };
  IPAM: {
    Driver: string;
    Options?: Record<string, string> | null;
    Config: { Subnet?: string; Gateway?: string; IPRange?: string }[] | null;
  };
  Options: Record<string, string> | null;
  Labels: Record<string, string> | null;
  Containers?: Record<string, { Name: string; EndpointID: string; MacAddress: string; IPv4Address: string }> | null;
  Peers?: { Name: string; IP: string }[] | null;
}

/** The parameters of a new network. */
export interface NetworkRequest {
  Name: string;
  CheckDuplicate: true;
  Driver?: string;
  Scope?: "local" | "swarm";
  Attachable?: boolean;
  Internal?: boolean;
  EnableIPv6?: boolean;
  ConfigOnly?: boolean;
  ConfigFrom?: { Network: string };
  IPAM?: {
    Driver: string;
    Options?: Record<string, string> | null;
    Config: { Subnet?: string; Gateway?: string; IPRange?: string }[];
  };
  Options?: Record<string, string> | null;
  Labels?: Record<string, string> | null;
}

export interface SecretDetails {
  ID: string;
  Version: ObjectVersion;
  CreatedAt: string;
  Spec: { Name: string; Labels?: Record<string, string> | null };
}

export interface VolumeDetails {
  Name: string;
  Driver: string;
  Mountpoint: string;
  Labels: Record<string, string> | null;
}

/** The current state of a container. */
export interface ContainerDetails {
  Config: { Hostname: string };
  /** Times are those of the container's host. */
  State: { StartedAt: string };
}

export interface ContainerSummary {
  Id: string;
  Names: string[];
  Image: string;
  State: string;
  Labels: Record<string, string>;
  Ports: { PrivatePort: number; PublicPort?: number; Type: string; IP?: string }[];
}
