import { isIP } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import type { ContainerSpec, Mount, PublishedPort, ServiceSpec } from "../../../engine/types.ts";
import type { DeepInput, FieldInputs } from "../../shared/inputs.ts";
import { InputValidationError } from "../../../core/input-validation-error.ts";
import type { FileRef } from "../../service/secrets-and-configs.ts";
import { hostPort, MIB, resourceLimits, rotatedLogDriver, toEngineUnit, SECOND } from "../../service/spec-parts.ts";
import type { MinioServiceArgs } from "../args.ts";
import { containerEnvironment } from "./environment.ts";
import { KMS_ENVIRONMENT, kmsSecretMount } from "../security/kms-key.ts";
import { PUBLIC_METRICS } from "../iam/metrics.ts";
import type { ServicePlan, StorePlan } from "../plan.ts";
import { poolsConfigMount, poolServerArguments } from "../layout/pool-config.ts";
import type { HealthcheckClient } from "./probes.ts";
import { type SecretKind, rootSecretMounts } from "../secrets.ts";
import { CERTIFICATES_FOLDER, type StoreTls, TLS_ENVIRONMENT, tlsSecretMounts } from "../security/tls.ts";
import { API_PORT, drivePath, driveSource, type MemberHost, memberName } from "../layout/topology.ts";

/** Docker's default capabilities but for the two with which root serves a folder of another owner. */
const DROPPED_CAPABILITIES = [
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
 * they ask of each other with the root credentials. So is the file that names the pools, and the network on which they
 * find each other.
 */
export const CLUSTER_WIDE_FIELDS = [
  "TaskTemplate.ContainerSpec.Image",
  "TaskTemplate.ContainerSpec.Args",
  "TaskTemplate.ContainerSpec.Env:MINIO_",
  "TaskTemplate.ContainerSpec.Hostname",
  "TaskTemplate.ContainerSpec.Secrets",
  "TaskTemplate.ContainerSpec.Configs",
  "TaskTemplate.Networks[0]",
];

/** A store as all its services see it. */
export interface StoreContext extends Pick<
  MinioServiceArgs,
  | "environment"
  | "metrics"
  | "cpuLimit"
  | "cpuReservation"
  | "memoryLimitMiB"
  | "memoryReservationMiB"
  | "logMaxSizeMiB"
  | "logMaxFiles"
  | "stopGraceSeconds"
> {
  plan: StorePlan;
  image: pulumi.Input<string>;
  tools: HealthcheckClient;
  /** The members' own network first. */
  networkIds: pulumi.Input<string>[];
  secrets: Record<SecretKind, FileRef>;
  /** The certificates, when the store speaks TLS. */
  tls?: StoreTls;
  /** The file of the key under which it encrypts. */
  kmsKey?: FileRef;
  /** The file of several pools. */
  poolsConfig?: FileRef;
  /** Labels of the drives' volumes: whose they are. */
  ownerLabels: Record<string, DeepInput<string>>;
}

/** What the Engine is asked for. Lists that are empty are spelled out, so that what is added by hand is seen. */
export function serviceSpec(store: StoreContext, service: ServicePlan): FieldInputs<ServiceSpec> {
  return {
    Name: service.serviceName,
    Labels: {},
    Mode: service.mode === "global" ? { Global: {} } : { Replicated: { Replicas: 1 } },
    TaskTemplate: {
      ContainerSpec: containerSpec(store, service),
      Resources: {
        Limits: resourceLimits(store.cpuLimit, store.memoryLimitMiB),
        Reservations: resourceLimits(store.cpuReservation, store.memoryReservationMiB),
      },
      RestartPolicy: { Condition: "any", Delay: 5 * SECOND, MaxAttempts: 0 },
      Placement: { Constraints: service.constraints },
      LogDriver: rotatedLogDriver(store.logMaxSizeMiB, store.logMaxFiles),
      Networks: store.networkIds.map((Target) => ({ Target, Aliases: [store.plan.serviceName] })),
    },
    EndpointSpec: { Mode: "dnsrr", Ports: publishedPorts(store.plan) },
  };
}

/** What a member may write to beside its drives: its root file system is read-only. */
export const HOME_MOUNT: Mount = {
  Type: "tmpfs",
  Target: "/tmp",
  TmpfsOptions: { SizeBytes: 64 * MIB, Mode: 0o1777 },
};

/** MinIO's arguments but for those that name drives. */
export function serverArguments({ tls, plan }: Pick<StoreContext, "tls" | "plan">): string[] {
  // MinIO sends browsers to the port that its console listens on.
  const ports = ["--address", `:${API_PORT}`, "--console-address", `:${plan.consolePort}`];
  return ["server", ...ports, ...(tls ? ["--certs-dir", CERTIFICATES_FOLDER] : [])];
}

function containerSpec(store: StoreContext, { pool, hosts, mode }: ServicePlan): DeepInput<ContainerSpec> {
  const [host] = hosts;
  if (!host) throw new Error("a service has at least one host");
  return {
    Image: store.image,
    Command: [],
    Args: [...serverArguments(store), ...poolServerArguments(store.plan.pools)],
    Hostname: memberName(store.plan.serviceName, mode === "global" ? "{{.Node.Hostname}}" : host.hostname),
    Env: containerEnvironment({ ...redirectEnvironment(store), ...store.environment }, store.plan.pools, {
      ...(store.tls && TLS_ENVIRONMENT),
      ...(store.kmsKey && KMS_ENVIRONMENT),
      ...(store.metrics === "public" && PUBLIC_METRICS),
    }),
    Labels: {},
    ReadOnly: true,
    Mounts: [...driveMounts(store, host, pool.drives), HOME_MOUNT],
    Secrets: [
      ...rootSecretMounts(store.secrets),
      ...(store.tls ? tlsSecretMounts(store.tls) : []),
      ...(store.kmsKey ? [kmsSecretMount(store.kmsKey)] : []),
    ],
    // Not spelled out when empty: the state of earlier releases has none, and is not to change.
    ...(store.poolsConfig && { Configs: [poolsConfigMount(store.poolsConfig)] }),
    // Not spelled out either: on all networks but the hosts' own Docker knows the members' names.
    ...(store.plan.usesHostNetwork && { Hosts: memberHostsEntries(store.plan) }),
    // Swarm gives a task its name in the network only once its health check passes, and engines before 25 ask for the
    // first time after a whole interval. Members find each other by these names: a check made an outage of 4 s one of
    // 20 s. What ends is restarted all the same, and whether the cluster works is asked of the cluster.
    Healthcheck: { Test: ["NONE"] },
    StopGracePeriod: toEngineUnit(store.stopGraceSeconds ?? 60, SECOND),
    CapabilityDrop: DROPPED_CAPABILITIES,
    Ulimits: [],
    // A member looks up every peer before it serves, and on the first start no peer has a name yet: where the host's
    // own name servers do not answer either, that cost 10 s for each endpoint.
    DNSConfig: { Options: ["timeout:1", "attempts:1"] },
  };
}

/**
 * Returns what keeps browsers that open the S3 API where they are: on that port of the host may be another store's
 * console. A console that is reached in another way has an address of its own.
 */
function redirectEnvironment({ plan: { published }, environment = {} }: StoreContext): Record<string, string> {
  const isThere = !published || published.consolePort !== undefined || "MINIO_BROWSER_REDIRECT_URL" in environment;
  return isThere ? {} : { MINIO_BROWSER_REDIRECT: "off" };
}

/** A folder is bound, never made: while its disk is not mounted it is missing, and the task fails. */
function driveMounts(
  { plan, ownerLabels }: StoreContext,
  host: MemberHost,
  drives: readonly string[],
): DeepInput<Mount>[] {
  return drives.map((key) => {
    const Target = drivePath(key);
    const source = driveSource(plan.serviceName, key, host.drives[key] ?? {});
    if ("folder" in source) return { Type: "bind", Source: source.folder, Target };
    const Labels = { ...ownerLabels, "pulumi-swarm.drive": key };
    return { Type: "volume", Source: source.volume, Target, VolumeOptions: { NoCopy: true, Labels } };
  });
}

/** Lines of /etc/hosts that tell the members where each of them is. */
function memberHostsEntries({ serviceName, hosts }: StorePlan): pulumi.Output<string>[] {
  return hosts.map(({ hostname, privateAddress }) => {
    const address = privateAddress.apply((known) => requireIpAddress(serviceName, known));
    return pulumi.interpolate`${address} ${memberName(serviceName, hostname)}`;
  });
}

/** @throws when it is none: names are what members on their hosts' own network have no way to look up. */
export function requireIpAddress(serviceName: string, address: string): string {
  if (isIP(address) !== 0) return address;
  const problem =
    "is no address, by which members on their hosts' own network find each other: give one as privateAddress";
  throw new InputValidationError(`MinioService "${serviceName}"`, [
    { argument: "privateAddress", value: address, problem },
  ]);
}

/** On their hosts' own network the members' ports are there without being published. */
function publishedPorts({ published, usesHostNetwork, consolePort }: StorePlan): PublishedPort[] {
  if (!published || usesHostNetwork) return [];
  const s3 = hostPort(API_PORT, published.port);
  return published.consolePort === undefined ? [s3] : [s3, hostPort(consolePort, published.consolePort)];
}
