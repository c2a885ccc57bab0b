/**
 * Services and tasks, in the Engine API's spelling (https://docs.docker.com/reference/api/engine/). Durations are in
 * nanoseconds, sizes in bytes.
 */

/** A health check, which the Engine runs inside the container. */
export interface HealthConfig {
  /** `["CMD", …]`, `["CMD-SHELL", "…"]`, or `["NONE"]`. */
  Test: string[];
  Interval?: number;
  Timeout?: number;
  StartPeriod?: number;
  /** Interval during `StartPeriod`. Engines before 25 ignore it. */
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
  /** Replaces the image's entry point. */
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
  /** How many tasks are updated at once; 0 means all. */
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

/** The desired state of a Swarm service. */
export interface ServiceSpec {
  /** The service's name in the Swarm. */
  Name: string;
  /** Labels, in addition to those that identify the owner. */
  Labels?: Record<string, string>;
  /** The specification of the service's tasks. */
  TaskTemplate: TaskSpec;
  /** One task on each node, or a number of replicas. */
  Mode: ServiceMode;
  /** How Swarm updates the tasks. */
  UpdateConfig?: UpdateConfig;
  /** How the service is reached: at a virtual address or its tasks' addresses, and at published ports. */
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
    /** Ports published on the host while the task runs. */
    PortStatus?: { Ports?: PublishedPort[] };
  };
  NetworksAttachments?: { Network: { ID: string; Spec: { Name: string } }; Addresses?: string[] }[];
}
export interface ObjectVersion {
  Index: number;
}
