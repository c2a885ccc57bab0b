import { isIP } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import type { ContainerSpec, Mount, PublishedPort, ServiceSpec } from "../../../engine/types.ts";
import type { LeafInputs } from "../../shared/inputs.ts";
import { InputValidationError } from "../../../core/input-validation-error.ts";
import type { FileRef } from "../../service/secrets-and-configs.ts";
import { hostPort, logDriver, MIB, resourceLimits, toEngineUnit, SECOND } from "../../service/spec-parts.ts";
import type { MinioServiceArgs } from "../args.ts";
import { containerEnvironment } from "./environment.ts";
import { KMS_ENVIRONMENT, kmsSecretMount } from "../security/kms-key.ts";
import { PUBLIC_METRICS } from "../iam/metrics.ts";
import type { ServicePlan, StorePlan } from "../layout/plan.ts";
import { poolsConfigMount, poolServerArguments } from "../layout/pool-config.ts";
import type { HealthcheckClient } from "./probes.ts";
import { authoritiesEnvironment, caCertificatesMount } from "../security/ca-certificates.ts";
import { noProxyEnvironment } from "./proxies.ts";
import { environmentSecretMount, SECRET_ENVIRONMENT } from "../security/secret-environment.ts";
import { type SecretKind, rootSecretMounts } from "../security/root-secrets.ts";
import { CERTIFICATES_FOLDER, type StoreTls, TLS_ENVIRONMENT, tlsSecretMounts } from "../security/tls.ts";
import { API_PORT, drivePath, driveSource, type MemberHost, memberName, toMemberHost } from "../layout/topology.ts";

/** The default user of the container, and the owner of Docker volumes. */
const ROOT = "0";

/** Docker's default capabilities without the two (DAC_OVERRIDE, FOWNER) that root needs for folders of other owners. */
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
 * Spec fields that must be the same for all members, because members with different settings reject each other. They
 * include the pools file, the members' network, and the secrets, because members sign requests to each other with the
 * root credentials.
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

/** The settings that all services of a store share. */
export interface StoreContext extends Pick<
  MinioServiceArgs,
  | "environment"
  | "secretEnvironment"
  | "metrics"
  | "cpuLimit"
  | "cpuReservation"
  | "memoryLimitMiB"
  | "memoryReservationMiB"
  | "logMaxSizeMiB"
  | "logMaxFiles"
  | "stopGraceSeconds"
  | "user"
> {
  plan: StorePlan;
  image: pulumi.Input<string>;
  tools: HealthcheckClient;
  /** The members' own network is the first. */
  networkIds: pulumi.Input<string>[];
  secrets: Record<SecretKind, FileRef>;
  /** Absent without TLS. */
  tls?: StoreTls;
  /** Secret with the KMS key. */
  kmsKey?: FileRef;
  /** The secret variables, and the Docker secret with them; absent without any. */
  secretVariables?: pulumi.Output<Record<string, string>>;
  environmentSecret?: FileRef;
  /** Config with the pools; absent with one pool. */
  poolsConfig?: FileRef;
  /** Config with the authorities that MinIO trusts; absent without any. */
  caCertificates?: FileRef;
  /** Owner labels for the drives' volumes. */
  ownerLabels: Record<string, pulumi.Input<string>>;
}

/** Returns the Swarm service spec. Empty lists are explicit, so that entries added by hand count as drift. */
export function serviceSpec(store: StoreContext, service: ServicePlan): LeafInputs<ServiceSpec> {
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
      ...logDriver(store),
      Networks: store.networkIds.map((Target) => ({ Target, Aliases: [store.plan.serviceName] })),
    },
    EndpointSpec: { Mode: "dnsrr", Ports: publishedPorts(store.plan) },
  };
}

/** Writable home folder; the root file system is read-only. */
export const HOME_MOUNT: Mount = {
  Type: "tmpfs",
  Target: "/tmp",
  TmpfsOptions: { SizeBytes: 64 * MIB, Mode: 0o1777 },
};

/** Returns MinIO's arguments without those for drives. */
export function serverArguments({ tls, plan }: Pick<StoreContext, "tls" | "plan">): string[] {
  // MinIO redirects browsers to the port that its console listens on.
  const ports = ["--address", `:${API_PORT}`, "--console-address", `:${plan.consolePort}`];
  return ["server", ...ports, ...(tls ? ["--certs-dir", CERTIFICATES_FOLDER] : [])];
}

function containerSpec(store: StoreContext, { pool, hosts, mode }: ServicePlan): LeafInputs<ContainerSpec> {
  const [host] = hosts;
  if (!host) throw new Error("a service has at least one host");
  const { user = ROOT } = store;
  return {
    Image: store.image,
    Command: [],
    Args: [...serverArguments(store), ...poolServerArguments(store.plan.pools)],
    Hostname: memberName(
      store.plan.serviceName,
      mode === "global" ? "{{.Node.Hostname}}" : toMemberHost(host).hostname,
    ),
    Env: containerEnvironment(userEnvironment(store), store.plan.pools, {
      ...(store.tls && TLS_ENVIRONMENT),
      ...authoritiesEnvironment(store),
      ...(store.kmsKey && KMS_ENVIRONMENT),
      ...(store.environmentSecret && SECRET_ENVIRONMENT),
      ...(store.metrics === "public" && PUBLIC_METRICS),
    }),
    Labels: {},
    ReadOnly: true,
    Mounts: [...driveMounts(store, host, pool.drives), HOME_MOUNT],
    Secrets: [
      ...rootSecretMounts(store.secrets, user),
      ...(store.tls ? tlsSecretMounts(store.tls, user) : []),
      ...(store.kmsKey ? [kmsSecretMount(store.kmsKey, user)] : []),
      ...(store.environmentSecret ? [environmentSecretMount(store.environmentSecret, user)] : []),
    ],
    ...configMounts(store, user),
    // Docker resolves the members' names on all networks but the hosts' own.
    ...(store.plan.usesHostNetwork && { Hosts: memberHostsEntries(store.plan) }),
    // Swarm registers a task's name in DNS only once its health check passes, and engines before 25 run the first check
    // after a whole interval. Members find each other by these names, so a health check turned an outage of 4 s into
    // 20 s. Swarm restarts exited containers anyway, and `readyCommand` checks the cluster.
    Healthcheck: { Test: ["NONE"] },
    StopGracePeriod: toEngineUnit(store.stopGraceSeconds ?? 60, SECOND),
    CapabilityDrop: DROPPED_CAPABILITIES,
    Ulimits: [],
    // A member looks up every peer before it serves. On the first start no peer has a name yet, and with unreachable
    // name servers on the host each lookup took 10 s.
    DNSConfig: { Options: ["timeout:1", "attempts:1"] },
  };
}

function configMounts({ poolsConfig, caCertificates }: StoreContext, user: pulumi.Input<string>) {
  const Configs = [
    ...(poolsConfig ? [poolsConfigMount(poolsConfig, user)] : []),
    ...(caCertificates ? [caCertificatesMount(caCertificates, user)] : []),
  ];
  return Configs.length === 0 ? {} : { Configs };
}

/** Returns the user's variables, completed with defaults and the members' entries in NO_PROXY. */
function userEnvironment(store: StoreContext): Record<string, pulumi.Input<string>> {
  const { environment = {}, plan } = store;
  return { ...redirectEnvironment(store), ...environment, ...noProxyEnvironment(store, plan) };
}

/**
 * Keeps MinIO from redirecting browsers from the S3 API to a console that is not reachable there: that port of the host
 * or the gateway may belong to another store. Users can set the address of a console elsewhere in
 * MINIO_BROWSER_REDIRECT_URL.
 */
function redirectEnvironment({ plan, environment = {} }: StoreContext): Record<string, string> {
  const hasConsole = plan.isConsoleReachable || "MINIO_BROWSER_REDIRECT_URL" in environment;
  return hasConsole ? {} : { MINIO_BROWSER_REDIRECT: "off" };
}

/** Mounts folders as bind mounts, which Docker does not create, so that a task fails while its disk is not mounted. */
function driveMounts(
  { plan, ownerLabels }: StoreContext,
  host: MemberHost,
  drives: readonly string[],
): LeafInputs<Mount>[] {
  return drives.map((key) => {
    const Target = drivePath(key);
    const source = driveSource(plan.serviceName, key, host.drives[key] ?? {});
    if ("folder" in source) return { Type: "bind", Source: source.folder, Target };
    const Labels = { ...ownerLabels, "pulumi-swarm.drive": key };
    return { Type: "volume", Source: source.volume, Target, VolumeOptions: { NoCopy: true, Labels } };
  });
}

/** Returns lines of /etc/hosts with the members' addresses. */
function memberHostsEntries({ serviceName, hosts }: StorePlan): pulumi.Output<string>[] {
  return hosts.map((host) => {
    const address = host.privateAddress.apply((known) => requireIpAddress(serviceName, known));
    return pulumi.interpolate`${address} ${memberName(serviceName, toMemberHost(host).hostname)}`;
  });
}

/**
 * Returns the address. @throws InputValidationError if it is a name, which members on the host network cannot resolve.
 */
export function requireIpAddress(serviceName: string, address: string): string {
  if (isIP(address) !== 0) return address;
  const problem =
    "must be an IP address, because members on the host network find each other by it: give one as privateAddress";
  throw new InputValidationError(`MinioService "${serviceName}"`, [
    { argument: "privateAddress", value: address, problem },
  ]);
}

/** On the host network the members' ports are reachable without being published. */
function publishedPorts({ published, usesHostNetwork, consolePort }: StorePlan): PublishedPort[] {
  if (!published || usesHostNetwork) return [];
  const s3 = hostPort(API_PORT, published.port);
  return published.consolePort === undefined ? [s3] : [s3, hostPort(consolePort, published.consolePort)];
}
