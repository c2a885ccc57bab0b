import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  Cni,
  type KubernetesDrive,
  KubernetesMinio,
  MinioNetworkPolicy,
  type NetworkPeer,
} from "../components/kubernetes/index.ts";
import { toStoreOutputs, type StoreOutputs } from "./outputs.ts";
import { toKubernetesPools } from "./pools.ts";
import { DEFAULT_DRIVES, rejectSettingsOfOtherKinds, type Settings } from "./settings.ts";

/** Labels of a namespace that enforces the Pod Security Standard *restricted*. */
const RESTRICTED_POD_SECURITY = Object.fromEntries(
  ["enforce", "warn"].map((mode) => [`pod-security.kubernetes.io/${mode}`, "restricted"] as const),
);

/** Creates a store on an existing Kubernetes cluster: the pod network if needed, a namespace, the store, its policy. */
export function createKubernetesStack(settings: Settings): StoreOutputs {
  rejectSettingsOfOtherKinds(settings, "kubernetes");
  const { namespace: name = "minio", timeoutSeconds } = settings;
  const pools = toKubernetesPools(settings.pools ?? { main: { members: 4 } });
  const needsDefaultDrives = Object.values(pools).some((pool) => pool.drives === undefined);
  const drives = needsDefaultDrives ? toKubernetesDrives("drives", settings.drives ?? DEFAULT_DRIVES) : undefined;
  const poolEntries = Object.entries(pools).map(([key, pool]) => {
    const own = pool.drives && toKubernetesDrives(`pools.${key}.drives`, pool.drives);
    return [key, { ...pool, drives: own }] as const;
  });

  const { cni: plugin = "none", cniTransport: transport, subnet: podCidr } = settings;
  const cni = new Cni("network", { plugin, transport, podCidr });
  const namespace = new k8s.core.v1.Namespace(
    "namespace",
    { metadata: { name, labels: RESTRICTED_POD_SECURITY } },
    // Deleting the namespace would delete the claims that hold the data.
    { dependsOn: cni, retainOnDelete: true },
  );

  const { image, expose, port, consolePort, environment, nodeSelector } = settings;
  const { rootUser, rootPassword, rootPasswordGeneration } = settings;
  const store = new KubernetesMinio("minio", {
    namespace: namespace.metadata.name,
    pools: Object.fromEntries(poolEntries),
    ...{ drives, image, expose, port, consolePort, environment, nodeSelector },
    ...{ rootUser, rootPassword, rootPasswordGeneration },
    tls: settings.tls ? {} : undefined,
    timeoutSeconds,
  });
  new MinioNetworkPolicy("minio", {
    store,
    clients: settings.clients?.map(toNetworkPeer),
    consoleClients: settings.consoleClients?.map(toNetworkPeer),
    dns: settings.dns?.map(toNetworkPeer),
  });

  const noUsers: pulumi.Unwrap<StoreOutputs["users"]> = {};
  return {
    ...toStoreOutputs(store),
    metricsToken: null,
    subnet: cni.podCidr ?? null,
    users: pulumi.output(noUsers),
  };
}

/** Converts the drives of the settings to volumes, which need a size. */
function toKubernetesDrives(setting: string, drives: NonNullable<Settings["drives"]>): Record<string, KubernetesDrive> {
  const lines = Object.entries(drives).flatMap(([key, { size, path, subfolder }]) => {
    const name = `config pulumi-swarm:${setting}.${key}`;
    const folder = path ?? subfolder;
    if (folder !== undefined) return [`${name}: is a folder, but on Kubernetes a drive is a volume: give its size`];
    return size === undefined
      ? [`${name}.size: is missing: on Kubernetes a drive is a volume: give its size, such as 100Gi`]
      : [];
  });
  if (lines.length > 0) throw new pulumi.RunError(lines.join("\n"));
  return Object.fromEntries(
    Object.entries(drives).map(([key, { size = "", storageClass }]) => [key, { size, storageClass }] as const),
  );
}

/** Converts a caller from the settings, which have one form for both addresses and pods. */
function toNetworkPeer({ addresses, ...pods }: NonNullable<Settings["clients"]>[number]): NetworkPeer {
  return addresses === undefined ? pods : { addresses, ...pods };
}
