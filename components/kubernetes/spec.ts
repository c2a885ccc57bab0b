import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { containerVariables } from "../minio/spec/environment.ts";
import { CERTIFICATES_FOLDER, TLS_ENVIRONMENT } from "../minio/security/tls.ts";
import { API_PORT, CONSOLE_PORT } from "../minio/layout/topology.ts";
import type { KubernetesMinioArgs } from "./args.ts";
import { numberedDrivePath, poolPattern } from "./pool-pattern.ts";
import { type KubernetesPlan, type KubernetesPoolPlan, poolLabels, storeLabels } from "./plan.ts";
import { secretItems, SECRETS_FOLDER } from "./secrets.ts";

type StatefulSetSpec = types.input.apps.v1.StatefulSetSpec;
type PodSpec = types.input.core.v1.PodSpec;
type Container = types.input.core.v1.Container;
type Volume = types.input.core.v1.Volume;
type VolumeMount = types.input.core.v1.VolumeMount;
type ServiceSpec = types.input.core.v1.ServiceSpec;
type BudgetSpec = types.input.policy.v1.PodDisruptionBudgetSpec;

/** User and group id of MinIO's process and of its files. */
const MINIO_USER = 1000;

/** The settings that all StatefulSets of a store share. */
export interface KubernetesStoreContext extends Pick<
  KubernetesMinioArgs,
  | "environment"
  | "cpuLimit"
  | "cpuReservation"
  | "memoryLimitMiB"
  | "memoryReservationMiB"
  | "nodeSelector"
  | "stopGraceSeconds"
> {
  plan: KubernetesPlan;
  image: pulumi.Input<string>;
  /** Name of the Secret. */
  secret: pulumi.Input<string>;
}

/** Returns the StatefulSet spec of a pool. */
export function statefulSetSpec(store: KubernetesStoreContext, pool: KubernetesPoolPlan): StatefulSetSpec {
  const { serviceName, peers } = store.plan;
  const labels = poolLabels(serviceName, pool.key);
  return {
    serviceName: peers,
    replicas: pool.members.length,
    selector: { matchLabels: labels },
    // A member becomes ready once it has found its peers. Started one after another, no member would.
    podManagementPolicy: "Parallel",
    // Members with different images, arguments, settings or credentials reject each other. If they restarted one after
    // another, they would have no quorum for most of the update; restarted at once, only while they start.
    updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "100%" } },
    persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
    template: { metadata: { labels }, spec: podSpec(store, pool) },
    volumeClaimTemplates: pool.drives.map(({ key, drive: { size, storageClass } }) => ({
      metadata: { name: key },
      spec: {
        accessModes: ["ReadWriteOnce"],
        resources: { requests: { storage: size } },
        ...(storageClass !== undefined && { storageClassName: storageClass }),
      },
    })),
  };
}

function podSpec(store: KubernetesStoreContext, pool: KubernetesPoolPlan): PodSpec {
  const labelSelector = { matchLabels: storeLabels(store.plan.serviceName) };
  return {
    containers: [container(store, pool)],
    volumes: volumes(store),
    nodeSelector: store.nodeSelector,
    topologySpreadConstraints: [
      // Otherwise a tainted node counts as a node without pods, which limits the other nodes to one pod each.
      { ...topologySpread("kubernetes.io/hostname", "DoNotSchedule"), nodeTaintsPolicy: "Honor", labelSelector },
      { ...topologySpread("topology.kubernetes.io/zone", "ScheduleAnyway"), nodeTaintsPolicy: "Honor", labelSelector },
    ],
    securityContext: {
      runAsNonRoot: true,
      runAsUser: MINIO_USER,
      runAsGroup: MINIO_USER,
      fsGroup: MINIO_USER,
      // Otherwise the kubelet checks the owner of every file on a drive before each start.
      fsGroupChangePolicy: "OnRootMismatch",
      seccompProfile: { type: "RuntimeDefault" },
    },
    automountServiceAccountToken: false,
    // Service variables could be read as MinIO settings: a Service called `minio` sets MINIO_PORT.
    enableServiceLinks: false,
    terminationGracePeriodSeconds: store.stopGraceSeconds ?? 60,
  };
}

function topologySpread(topologyKey: string, whenUnsatisfiable: string) {
  return { maxSkew: 1, topologyKey, whenUnsatisfiable };
}

function container(store: KubernetesStoreContext, pool: KubernetesPoolPlan): Container {
  const { scheme, pools } = store.plan;
  const variables = containerVariables(store.environment ?? {}, pools, scheme === "https" ? TLS_ENVIRONMENT : {});
  const names = Object.keys(variables).toSorted();
  return {
    name: "minio",
    image: store.image,
    args: [
      "server",
      ...["--address", `:${API_PORT}`],
      ...["--console-address", `:${CONSOLE_PORT}`],
      ...(scheme === "https" ? ["--certs-dir", CERTIFICATES_FOLDER] : []),
      ...pools.map((one) => poolPattern(store.plan, one)),
    ],
    env: names.map((name) => ({ name, value: variables[name] ?? "" })),
    ports: [
      { name: "s3", containerPort: API_PORT },
      { name: "console", containerPort: CONSOLE_PORT },
    ],
    // The probes check the member, not the cluster: otherwise members that wait for each other would be restarted, and a
    // store without write quorum could not be read.
    startupProbe: { ...livenessCheck(scheme), periodSeconds: 1, failureThreshold: 120 },
    livenessProbe: { ...livenessCheck(scheme), periodSeconds: 10, failureThreshold: 6 },
    readinessProbe: { ...livenessCheck(scheme), periodSeconds: 5, failureThreshold: 3 },
    resources: {
      ...resourceAmounts("limits", store.cpuLimit, store.memoryLimitMiB),
      ...resourceAmounts("requests", store.cpuReservation, store.memoryReservationMiB),
    },
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      readOnlyRootFilesystem: true,
    },
    volumeMounts: volumeMounts(pool),
  };
}

function livenessCheck(scheme: KubernetesPlan["scheme"]) {
  return {
    httpGet: { path: "/minio/health/live", port: API_PORT, scheme: scheme.toUpperCase() },
    timeoutSeconds: 5,
  };
}

/** Omits empty fields, as Kubernetes does: otherwise they would show as changes. */
function resourceAmounts(
  kind: "limits" | "requests",
  cpus: pulumi.Input<number> | undefined,
  mebibytes: pulumi.Input<number> | undefined,
) {
  if (cpus === undefined && mebibytes === undefined) return {};
  return {
    [kind]: {
      ...(cpus !== undefined && { cpu: pulumi.output(cpus).apply(formatCpus) }),
      ...(mebibytes !== undefined && { memory: pulumi.output(mebibytes).apply(formatMemory) }),
    },
  };
}

/** Formats CPUs as Kubernetes does, for the same reason: `500m` is half a CPU. */
function formatCpus(cpus: number): string {
  return Number.isInteger(cpus) ? String(cpus) : `${Math.round(cpus * 1000)}m`;
}

function formatMemory(mebibytes: number): string {
  return mebibytes % 1024 === 0 ? `${mebibytes / 1024}Gi` : `${mebibytes}Mi`;
}

function volumes(store: KubernetesStoreContext): Volume[] {
  const items = secretItems(store.plan.scheme);
  return [
    { name: "tmp", emptyDir: { medium: "Memory", sizeLimit: "64Mi" } },
    { name: "secrets", secret: { secretName: store.secret, items, defaultMode: 0o440 } },
  ];
}

function volumeMounts({ drives }: KubernetesPoolPlan): VolumeMount[] {
  return [
    ...drives.map(({ key }, at) => ({ name: key, mountPath: numberedDrivePath(at + 1) })),
    { name: "tmp", mountPath: "/tmp" },
    { name: "secrets", mountPath: SECRETS_FOLDER, readOnly: true },
  ];
}

/**
 * Returns the spec of the headless Service. It also resolves members that are not ready, because they must find each
 * other to become ready.
 */
export function peersSpec({ serviceName }: KubernetesPlan): ServiceSpec {
  return {
    clusterIP: "None",
    publishNotReadyAddresses: true,
    selector: storeLabels(serviceName),
    ports: [
      { name: "s3", port: API_PORT, targetPort: "s3" },
      { name: "console", port: CONSOLE_PORT, targetPort: "console" },
    ],
  };
}

/** Returns the spec of the Service for clients. */
export function clientsSpec(
  { serviceName }: KubernetesPlan,
  { expose = false, port = API_PORT, consolePort = CONSOLE_PORT }: KubernetesMinioArgs,
): ServiceSpec {
  return {
    type: expose ? "LoadBalancer" : "ClusterIP",
    selector: storeLabels(serviceName),
    ports: [
      { name: "s3", port, targetPort: "s3" },
      { name: "console", port: consolePort, targetPort: "console" },
    ],
  };
}

/** Returns a budget that protects the write quorum during drains. Pods that are not ready can always be evicted. */
export function budgetSpec({ serviceName }: KubernetesPlan, { key, maxUnavailable }: KubernetesPoolPlan): BudgetSpec {
  return {
    maxUnavailable: maxUnavailable,
    selector: { matchLabels: poolLabels(serviceName, key) },
    unhealthyPodEvictionPolicy: "AlwaysAllow",
  };
}
