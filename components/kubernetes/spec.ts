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

/** User and group of MinIO's process and of what is on its drives. */
const MINIO_USER = 1000;

/** A store as all its StatefulSets see it. */
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

/** A pool: members with names and volumes of their own. */
export function statefulSetSpec(store: KubernetesStoreContext, pool: KubernetesPoolPlan): StatefulSetSpec {
  const { serviceName, peers } = store.plan;
  const labels = poolLabels(serviceName, pool.key);
  return {
    serviceName: peers,
    replicas: pool.members.length,
    selector: { matchLabels: labels },
    // A member serves once it has found its peers: one after another, none would come up.
    podManagementPolicy: "Parallel",
    // Members refuse each other when they differ in image, arguments, settings or credentials. One after another they
    // would be fewer than a quorum for as long as it takes; all at once, for as long as a start takes.
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
      // A node that takes no pods would otherwise count as one without any, and hold the others to one each.
      { ...topologySpread("kubernetes.io/hostname", "DoNotSchedule"), nodeTaintsPolicy: "Honor", labelSelector },
      { ...topologySpread("topology.kubernetes.io/zone", "ScheduleAnyway"), nodeTaintsPolicy: "Honor", labelSelector },
    ],
    securityContext: {
      runAsNonRoot: true,
      runAsUser: MINIO_USER,
      runAsGroup: MINIO_USER,
      fsGroup: MINIO_USER,
      // Else the owner of every file of a full drive is looked at before each start.
      fsGroupChangePolicy: "OnRootMismatch",
      seccompProfile: { type: "RuntimeDefault" },
    },
    automountServiceAccountToken: false,
    // As variables, Services of the namespace would be settings of MinIO's: one called `minio` makes MINIO_PORT.
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
    // Whether the member itself answers, never whether the cluster does: members that wait for each other would be
    // restarted for it, and a store without write quorum would be cut off from those who read.
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

/** What is empty is left out: Kubernetes does so, and would never read back as declared. */
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

/** As Kubernetes itself writes it, for the same reason: `500m` is half a CPU. */
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

/** The names by which members find each other, from the moment there are pods: they have to, to become ready. */
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

/** Where clients reach the store. */
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

/** What keeps drains of nodes from taking the write quorum; of members that do not answer there is none to keep. */
export function budgetSpec({ serviceName }: KubernetesPlan, { key, maxUnavailable }: KubernetesPoolPlan): BudgetSpec {
  return {
    maxUnavailable: maxUnavailable,
    selector: { matchLabels: poolLabels(serviceName, key) },
    unhealthyPodEvictionPolicy: "AlwaysAllow",
  };
}
