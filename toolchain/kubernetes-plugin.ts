import type { Plugin } from "./docker-plugin.ts";
import { findPlugin, obtainPlugin, type PreparedPlugin } from "./prepared-plugin.ts";
import { kubernetesPluginVersion } from "./versions.ts";

const plugin = (): PreparedPlugin => ({ name: "kubernetes", version: kubernetesPluginVersion() });

/** The Kubernetes plugin, if it is there. Where it has to be built, that takes some minutes. */
export function findKubernetesPlugin(): Plugin | undefined {
  return findPlugin(plugin());
}

/** The Kubernetes plugin of the installed @pulumi/kubernetes; made if it is missing. */
export function obtainKubernetesPlugin(pulumiBin: () => Promise<string>): Promise<Plugin> {
  return obtainPlugin(plugin(), pulumiBin);
}
