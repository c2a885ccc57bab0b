import type { PulumiPlugin } from "./docker-plugin.ts";
import { findCachedPlugin, ensurePlugin, type PreparedPlugin } from "./prepared-plugin.ts";
import { kubernetesPluginVersion } from "./versions.ts";

const plugin = (): PreparedPlugin => ({ name: "kubernetes", version: kubernetesPluginVersion() });

/** Returns the Kubernetes plugin if it is prepared. It may take minutes to build. */
export function findKubernetesPlugin(): PulumiPlugin | undefined {
  return findCachedPlugin(plugin());
}

/** Returns the Kubernetes plugin of the installed @pulumi/kubernetes, and creates it if it is missing. */
export function ensureKubernetesPlugin(pulumiBin: () => Promise<string>): Promise<PulumiPlugin> {
  return ensurePlugin(plugin(), pulumiBin);
}
