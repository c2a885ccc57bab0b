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
import { AWS_SETTINGS, DEFAULT_DRIVES, rejectSettings, type Settings, SWARM_SETTINGS } from "./settings.ts";

/** A namespace that takes no pods but such as the Pod Security Standard calls *restricted*. */
const RESTRICTED_POD_SECURITY = Object.fromEntries(
  ["enforce", "warn"].map((mode) => [`pod-security.kubernetes.io/${mode}`, "restricted"] as const),
);

/** An existing Kubernetes: its network where it has none, a namespace, a store in it, and who may reach that. */
export function createKubernetesStack(settings: Settings): StoreOutputs {
  rejectSettings(settings, [...SWARM_SETTINGS, ...AWS_SETTINGS], "an environment of kind kubernetes");
  const { namespace: name = "minio", timeoutSeconds } = settings;
  const pools: NonNullable<Settings["pools"]> = settings.pools ?? { main: { members: 4 } };
  const areNeeded = Object.values(pools).some((pool) => pool.drives === undefined);
  const drives = areNeeded ? toKubernetesDrives("drives", settings.drives ?? DEFAULT_DRIVES) : undefined;
  const ownDrives = Object.entries(pools).map(([key, pool]) => {
    const own = pool.drives && toKubernetesDrives(`pools.${key}.drives`, pool.drives);
    return [key, { ...pool, drives: own }] as const;
  });

  const { cni: plugin = "none", cniTransport: transport, subnet: podCidr } = settings;
  const cni = new Cni("network", { plugin, transport, podCidr });
  const namespace = new k8s.core.v1.Namespace(
    "namespace",
    { metadata: { name, labels: RESTRICTED_POD_SECURITY } },
    // The claims of the data are in it, and would go with it.
    { dependsOn: cni, retainOnDelete: true },
  );

  const { image, expose, port, consolePort, environment, nodeSelector } = settings;
  if (consolePort === false) {
    const problem = "has no meaning in an environment of kind kubernetes: give a port, or leave it out";
    throw new pulumi.RunError(`config pulumi-swarm:consolePort false: ${problem}`);
  }
  const { rootUser, rootPassword, rootPasswordGeneration } = settings;
  const store = new KubernetesMinio("minio", {
    namespace: namespace.metadata.name,
    pools: Object.fromEntries(ownDrives),
    ...{ drives, image, expose, port, consolePort, environment, nodeSelector },
    ...{ rootUser, rootPassword, rootPasswordGeneration },
    tls: settings.tls || undefined,
    timeoutSeconds,
  });
  new MinioNetworkPolicy("minio", {
    store,
    clients: settings.clients?.map(toNetworkPeer),
    consoleClients: settings.consoleClients?.map(toNetworkPeer),
    dns: settings.dns?.map(toNetworkPeer),
  });

  const nobody: pulumi.Unwrap<StoreOutputs["users"]> = {};
  return {
    ...toStoreOutputs(store),
    metricsToken: null,
    subnet: cni.podCidr ?? null,
    users: pulumi.output(nobody),
  };
}

/** Drives as a stack's config has them, which here are claims of a size. */
function toKubernetesDrives(setting: string, drives: NonNullable<Settings["drives"]>): Record<string, KubernetesDrive> {
  const lines = Object.entries(drives).flatMap(([key, { size, path, subfolder }]) => {
    const name = `config pulumi-swarm:${setting}.${key}`;
    const folder = path ?? subfolder;
    if (folder !== undefined) return [`${name}: is a folder, and on Kubernetes a drive is a volume: give its size`];
    return size === undefined ? [`${name}.size: is missing: on Kubernetes a drive is a volume, such as 100Gi`] : [];
  });
  if (lines.length > 0) throw new pulumi.RunError(lines.join("\n"));
  return Object.fromEntries(
    Object.entries(drives).map(([key, { size = "", storageClass }]) => [key, { size, storageClass }] as const),
  );
}

/** Addresses are another kind of caller than pods; a config has one form for both. */
function toNetworkPeer({ addresses, ...pods }: NonNullable<Settings["clients"]>[number]): NetworkPeer {
  return addresses === undefined ? pods : { addresses, ...pods };
}
