/**
 * Services and their tasks as the Engine API spells them (https://docs.docker.com/reference/api/engine/): durations are
 * nanoseconds, sizes bytes.
 */

/** A health check as the Engine runs it inside the container. */
export interface HealthConfig {
  /** `["CMD", …]`, `["CMD-SHELL", "…"]`, or `["NONE"]`. */
  Test: string[];
  Interval?: number;
  Timeout?: number;
  StartPeriod?: number;
  /** Interval during `StartPeriod`. Engines before 25 drop it. */
  StartInterval?: number;
  Retries?: number;
}

export interface Mount {
  Type: "bind" | "volume" | "tmpfs";
  Source?: string;
  Target: string;
  ReadOnly?: boolean;
  BindOptions?: { Propagation?: string };
  VolumeOptions?: {
    Labels?: Record<string, string>;
    NoCopy?: boolean;
    DriverConfig?: { Name: string; Options?: Record<string, string> };
  };
  TmpfsOptions?: { SizeBytes?: number; Mode?: number };
}

export interface SecretReference {
  SecretID: string;
  SecretName: string;
  File: { Name: string; UID: string; GID: string; Mode: number };
}

export interface ConfigReference {
  ConfigID: string;
  ConfigName: string;
  File: { Name: string; UID: string; GID: string; Mode: number };
}

export interface ContainerSpec {
  Image: string;
  /** In place of the image's entry point. */
  Command?: string[];
  Args?: string[];
  Hostname?: string;
  Env?: string[];
  Labels?: Record<string, string>;
  Dir?: string;
  User?: string;
  Groups?: string[];
  TTY?: boolean;
  OpenStdin?: boolean;
  StopSignal?: string;
  Sysctls?: Record<string, string>;
  ReadOnly?: boolean;
  Init?: boolean;
  Mounts?: Mount[];
  Secrets?: SecretReference[];
  Configs?: ConfigReference[];
  /** Lines for /etc/hosts: `IP name`. */
  Hosts?: string[];
  DNSConfig?: { Nameservers?: string[]; Search?: string[]; Options?: string[] };
  Healthcheck?: HealthConfig;
  StopGracePeriod?: number;
  CapabilityAdd?: string[];
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
  Placement?: {
    Constraints?: string[];
    Preferences?: { Spread: { SpreadDescriptor: string } }[];
    MaxReplicas?: number;
  };
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
  /** Its name in the Swarm. */
  Name: string;
  /** Its labels, beside those that say who made it. */
  Labels?: Record<string, string>;
  /** What its tasks are. */
  TaskTemplate: TaskSpec;
  /** A task on each node, or so many of them. */
  Mode: ServiceMode;
  /** How a change reaches the tasks. */
  UpdateConfig?: UpdateConfig;
  /** How the service is reached: by one address or by those of its tasks, and at which ports of the hosts. */
  EndpointSpec?: EndpointSpec;
}

export type ServiceMode = { Global: Record<string, never> } | { Replicated: { Replicas: number } };

export interface EndpointSpec {
  Mode: "vip" | "dnsrr";
  Ports?: PublishedPort[];
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
    /** The ports it publishes on its host, while it runs. */
    PortStatus?: { Ports?: PublishedPort[] };
  };
  NetworksAttachments?: { Network: { ID: string; Spec: { Name: string } }; Addresses?: string[] }[];
}
export interface ObjectVersion {
  Index: number;
}
