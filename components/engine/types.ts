/**
 * The parts of the Engine API that pulumi-swarm uses, named and spelled as the API does
 * (https://docs.docker.com/reference/api/engine/). Durations are nanoseconds, sizes bytes, as there.
 */

export interface EngineInfo {
  ID: string;
  Name: string;
  ServerVersion: string;
  OperatingSystem: string;
  OSType: string;
  Architecture: string;
  LiveRestoreEnabled?: boolean;
  SecurityOptions?: string[];
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
}

export interface ObjectVersion {
  Index: number;
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

export type NodeRole = "manager" | "worker";
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

/** A health check as the Engine runs it inside the container. */
export interface HealthConfig {
  /** `["CMD", …]`, `["CMD-SHELL", "…"]`, or `["NONE"]`. */
  Test: string[];
  Interval?: number;
  Timeout?: number;
  StartPeriod?: number;
  Retries?: number;
}

export interface Mount {
  Type: "bind" | "volume" | "tmpfs";
  Source?: string;
  Target: string;
  ReadOnly?: boolean;
  VolumeOptions?: { Labels?: Record<string, string>; NoCopy?: boolean };
  TmpfsOptions?: { SizeBytes?: number; Mode?: number };
}

export interface SecretReference {
  SecretID: string;
  SecretName: string;
  File: { Name: string; UID: string; GID: string; Mode: number };
}

export interface ContainerSpec {
  Image: string;
  Command?: string[];
  Args?: string[];
  Hostname?: string;
  Env?: string[];
  Labels?: Record<string, string>;
  User?: string;
  ReadOnly?: boolean;
  Init?: boolean;
  Mounts?: Mount[];
  Secrets?: SecretReference[];
  Healthcheck?: HealthConfig;
  StopGracePeriod?: number;
  CapabilityDrop?: string[];
  Ulimits?: { Name: string; Soft: number; Hard: number }[];
}

export interface NetworkAttachment {
  /** The network's id. */
  Target: string;
  Aliases?: string[];
}

export interface ResourceLimits {
  NanoCPUs?: number;
  MemoryBytes?: number;
}

export interface TaskSpec {
  ContainerSpec: ContainerSpec;
  Resources?: { Limits?: ResourceLimits; Reservations?: ResourceLimits };
  RestartPolicy?: { Condition?: "none" | "on-failure" | "any"; Delay?: number; MaxAttempts?: number; Window?: number };
  Placement?: { Constraints?: string[] };
  LogDriver?: { Name: string; Options?: Record<string, string> };
  Networks?: NetworkAttachment[];
  ForceUpdate?: number;
}

export interface UpdateConfig {
  /** How many tasks change at once; 0 is all of them. */
  Parallelism: number;
  Delay?: number;
  FailureAction?: "continue" | "pause" | "rollback";
  Monitor?: number;
  MaxFailureRatio?: number;
  Order?: "stop-first" | "start-first";
}

export interface PublishedPort {
  Protocol: "tcp" | "udp" | "sctp";
  TargetPort: number;
  PublishedPort: number;
  PublishMode: "ingress" | "host";
}

/** What a Swarm service is to be. */
export interface ServiceSpec {
  Name: string;
  Labels?: Record<string, string>;
  TaskTemplate: TaskSpec;
  Mode: { Global: Record<string, never> } | { Replicated: { Replicas: number } };
  UpdateConfig?: UpdateConfig;
  EndpointSpec?: { Mode: "vip" | "dnsrr"; Ports?: PublishedPort[] };
}

export interface ServiceDetails {
  ID: string;
  Version: ObjectVersion;
  CreatedAt: string;
  UpdatedAt: string;
  Spec: ServiceSpec;
  PreviousSpec?: ServiceSpec;
  UpdateStatus?: { State: string; Message: string; StartedAt?: string; CompletedAt?: string };
  ServiceStatus?: { RunningTasks: number; DesiredTasks: number };
}

export interface TaskDetails {
  ID: string;
  Version: ObjectVersion;
  CreatedAt: string;
  UpdatedAt: string;
  ServiceID: string;
  NodeID?: string;
  Slot?: number;
  Spec: TaskSpec;
  DesiredState: string;
  Status: {
    Timestamp: string;
    State: string;
    Message?: string;
    Err?: string;
    ContainerStatus?: { ContainerID?: string; PID?: number; ExitCode?: number };
  };
  NetworksAttachments?: { Network: { ID: string; Spec: { Name: string } }; Addresses?: string[] }[];
}

export interface NetworkDetails {
  Id: string;
  Name: string;
  Created: string;
  Scope: "local" | "swarm" | "global";
  Driver: string;
  Internal: boolean;
  Attachable: boolean;
  Ingress: boolean;
  IPAM: { Driver: string; Config: { Subnet?: string; Gateway?: string; IPRange?: string }[] | null };
  Options: Record<string, string> | null;
  Labels: Record<string, string> | null;
  Containers?: Record<string, { Name: string; EndpointID: string; MacAddress: string; IPv4Address: string }> | null;
  Peers?: { Name: string; IP: string }[] | null;
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

export interface ContainerSummary {
  Id: string;
  Names: string[];
  Image: string;
  State: string;
  Labels: Record<string, string>;
  Ports: { PrivatePort: number; PublicPort?: number; Type: string; IP?: string }[];
}
