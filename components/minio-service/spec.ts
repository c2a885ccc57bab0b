import * as pulumi from "@pulumi/pulumi";
import type { Mount, PublishedPort, ResourceLimits, ServiceSpec } from "../engine/types.ts";
import { type DeepInput, plain } from "../shared/inputs.ts";
import type { FrozenValue } from "../swarm-service/args.ts";
import type { MinioServiceArgs } from "./args.ts";
import { containerEnvironment } from "./environment.ts";
import type { ServicePlan } from "./plan.ts";
import { probesOf, type ProbeTools } from "./probes.ts";
import { type SecretHandle, type SecretKind, secretReferences } from "./secrets.ts";
import {
  API_PORT,
  CONSOLE_PORT,
  drivePath,
  driveKeys,
  driveSource,
  type Layout,
  type MemberHost,
  memberName,
} from "./topology.ts";

const SECOND = 1e9;
const MIB = 1024 * 1024;

/** Docker's default capabilities but for the two with which root serves a folder of another owner. */
const UNNEEDED_CAPABILITIES = [
  "CAP_AUDIT_WRITE",
  "CAP_CHOWN",
  "CAP_FSETID",
  "CAP_KILL",
  "CAP_MKNOD",
  "CAP_NET_BIND_SERVICE",
  "CAP_NET_RAW",
  "CAP_SETFCAP",
  "CAP_SETGID",
  "CAP_SETPCAP",
  "CAP_SETUID",
  "CAP_SYS_CHROOT",
];

/**
 * In what the members of a cluster must agree, or they refuse each other. The secrets are among it: members sign what
 * they ask of each other with the root credentials.
 */
export const AGREED_FIELDS = [
  "TaskTemplate.ContainerSpec.Image",
  "TaskTemplate.ContainerSpec.Args",
  "TaskTemplate.ContainerSpec.Env:MINIO_",
  "TaskTemplate.ContainerSpec.Hostname",
  "TaskTemplate.ContainerSpec.Secrets",
];

/** A store as all its services see it. */
export interface Store extends Pick<
  MinioServiceArgs,
  | "environment"
  | "cpuLimit"
  | "cpuReservation"
  | "memoryLimitMiB"
  | "memoryReservationMiB"
  | "logMaxSizeMiB"
  | "logMaxFiles"
  | "stopGraceSeconds"
> {
  serviceName: string;
  image: pulumi.Input<string>;
  tools: ProbeTools;
  layout: Layout;
  networkId: pulumi.Input<string>;
  secrets: Record<SecretKind, SecretHandle>;
  /** Host ports of the S3 API and the console; absent when nothing is published. */
  published?: { port: number; consolePort: number };
  /** Labels of the drives' volumes: whose they are. */
  ownerLabels: Record<string, string>;
}

/** What the Engine is asked for. Lists that are empty are spelled out, so that what is added by hand is seen. */
export function serviceSpec(store: Store, plan: ServicePlan): DeepInput<ServiceSpec> {
  return {
    Name: plan.serviceName,
    Labels: {},
    Mode: plan.mode === "global" ? { Global: {} } : { Replicated: { Replicas: 1 } },
    TaskTemplate: {
      ContainerSpec: containerSpec(store, plan),
      Resources: {
        Limits: resources(store.cpuLimit, store.memoryLimitMiB),
        Reservations: resources(store.cpuReservation, store.memoryReservationMiB),
      },
      RestartPolicy: { Condition: "any", Delay: 5 * SECOND, MaxAttempts: 0 },
      Placement: { Constraints: plan.constraints },
      LogDriver: {
        Name: "json-file",
        Options: {
          "max-size": pulumi.output(store.logMaxSizeMiB ?? 10).apply((size) => `${size}m`),
          "max-file": pulumi.output(store.logMaxFiles ?? 3).apply(String),
        },
      },
      Networks: [{ Target: store.networkId, Aliases: [store.serviceName] }],
    },
    EndpointSpec: { Mode: "dnsrr", Ports: publishedPorts(store) },
  };
}

function containerSpec(store: Store, { hosts, mode }: ServicePlan): DeepInput<ServiceSpec["TaskTemplate"]["ContainerSpec"]> {
  const [host] = hosts;
  if (!host) throw new Error("a service has at least one host");
  return {
    Image: store.image,
    Command: [],
    Args: ["server", "--address", `:${API_PORT}`, "--console-address", `:${CONSOLE_PORT}`, ...store.layout.endpoints],
    Hostname: memberName(store.serviceName, mode === "global" ? "{{.Node.Hostname}}" : host.hostname),
    Env: containerEnvironment(store.environment ?? {}, store.layout),
    Labels: {},
    ReadOnly: true,
    Mounts: [...driveMounts(store, host), { Type: "tmpfs", Target: "/tmp", TmpfsOptions: { SizeBytes: 64 * MIB, Mode: 0o1777 } }],
    Secrets: secretReferences(store.secrets),
    Healthcheck: {
      Test: ["CMD", ...probesOf(store.tools).live],
      Interval: 5 * SECOND,
      Timeout: 5 * SECOND,
      StartPeriod: 120 * SECOND,
      // A server too busy to answer is not dead: it is given a minute.
      Retries: 12,
    },
    StopGracePeriod: scaled(store.stopGraceSeconds ?? 60, SECOND),
    CapabilityDrop: UNNEEDED_CAPABILITIES,
    Ulimits: [],
  };
}

/** A folder is bound, never made: while its disk is not mounted it is missing, and the task fails. */
function driveMounts({ serviceName, ownerLabels }: Store, host: MemberHost): Mount[] {
  return driveKeys(host).map((key) => {
    const Target = drivePath(key);
    const source = driveSource(serviceName, key, host.drives[key] ?? {});
    if ("folder" in source) return { Type: "bind", Source: source.folder, Target };
    const Labels = { ...ownerLabels, "pulumi-swarm.drive": key };
    return { Type: "volume", Source: source.volume, Target, VolumeOptions: { NoCopy: true, Labels } };
  });
}

function publishedPorts({ published }: Store): PublishedPort[] {
  if (!published) return [];
  const port = (TargetPort: number, PublishedPort: number): PublishedPort => ({
    Protocol: "tcp",
    TargetPort,
    PublishedPort,
    PublishMode: "host",
  });
  return [port(API_PORT, published.port), port(CONSOLE_PORT, published.consolePort)];
}

function resources(
  cpus: pulumi.Input<number> | undefined,
  memoryMiB: pulumi.Input<number> | undefined,
): DeepInput<ResourceLimits> {
  return { NanoCPUs: scaled(cpus ?? 0, 1e9), MemoryBytes: scaled(memoryMiB ?? 0, MIB) };
}

function scaled(value: pulumi.Input<number>, factor: number): pulumi.Input<number> {
  const known = plain(value);
  return known === undefined ? pulumi.output(value).apply((given) => Math.round(given * factor)) : Math.round(known * factor);
}

/** What a formed store is built on for life, by argument. */
export function frozenValues(serviceName: string, poolKey: string, hosts: readonly MemberHost[]): Record<string, FrozenValue> {
  const drives = hosts.map((host) => [host.key, driveSources(serviceName, host)] as const);
  return {
    serviceName: {
      value: serviceName,
      because: `the volumes that hold the data carry it. Keep it, or make a second store and copy the data with \`mc mirror\``,
    },
    [`pools.${poolKey}.hosts`]: {
      value: hosts.map(({ key }) => key),
      because:
        "every drive has its place in an erasure set, and a set neither grows nor shrinks. Replace a host one for one: keep its key and give it another machine",
    },
    [`pools.${poolKey}.drives`]: {
      value: Object.fromEntries(drives),
      because:
        "every drive has its place in an erasure set. Put an empty disk in a drive's place under the same key and path, and it heals",
    },
  };
}

function driveSources(serviceName: string, host: MemberHost): Record<string, string> {
  const sources = driveKeys(host).map((key) => {
    const source = driveSource(serviceName, key, host.drives[key] ?? {});
    return [key, "folder" in source ? source.folder : "volume"] as const;
  });
  return Object.fromEntries(sources);
}
