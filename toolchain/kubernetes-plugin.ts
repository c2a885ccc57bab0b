import type { PulumiPlugin } from "./docker-plugin.ts";
import { findCachedPlugin, ensurePlugin, type PreparedPlugin } from "./prepared-plugin.ts";
import { kubernetesPluginVersion } from "./versions.ts";

const plugin = (): PreparedPlugin => ({ name: "kubernetes", version: kubernetesPluginVersion() });

/** The Kubernetes plugin, if it is there. Where it has to be built, that takes some minutes. */
export function findKubernetesPlugin(): PulumiPlugin | undefined {
  return findCachedPlugin(plugin());
}

/** The Kubernetes plugin of the installed @pulumi/kubernetes; made if it is missing. */
export function ensureKubernetesPlugin(pulumiBin: () => Promise<string>): Promise<PulumiPlugin> {
  return ensurePlugin(plugin(), pulumiBin);
}
