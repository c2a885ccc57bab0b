import { cpSync } from "node:fs";
import { join } from "node:path";
import { isCached, cacheKey, ensureCached } from "./cache.ts";
import { type GoModule, type GoPrograms, fetchGoModule, ensureGoPrograms, programsCacheEntry } from "./go.ts";
import { HELM } from "./versions.ts";

/** A Helm chart in the sources of the program that it installs. */
interface ChartSource extends GoModule {
  folder: string;
}

/**
 * Charts of network plugins from Go modules, for machines without access to chart repositories. Flannel's and Cilium's
 * are the versions in `CNI_CHARTS`; of Calico the mirrors have 3.28.5, which accepts the same values.
 */
const CHARTS: Record<string, ChartSource> = {
  flannel: {
    path: "github.com/flannel-io/flannel",
    version: "v0.28.10",
    sum: "h1:jt+uW6XVV01MBb3YFahG7Ue9UE3W6zlNlJMf3JtdcXI=",
    folder: "chart/kube-flannel",
  },
  calico: {
    path: "github.com/projectcalico/calico",
    version: "v1.11.0-cni-plugin.0.20250813170300-a0db560f0520",
    sum: "h1:TXnPEzx4pLWgwzCetIO/VJuz4iBZZrOdNSv16a50YqE=",
    folder: "charts/tigera-operator",
  },
  cilium: {
    path: "github.com/cilium/cilium",
    version: "v1.20.2",
    sum: "h1:dqiEGIcXc+gqCLYG/l7VCFJ8GHyb4HUrwbZOpkX5dL8=",
    folder: "install/kubernetes/cilium",
  },
};

/** Helm from the module of the Kubernetes plugin, so that both share compiled packages. */
const PROGRAM = {
  name: "helm",
  version: HELM,
  programs: { helm: { module: "resource-kubernetes", package: "helm.sh/helm/v3/cmd/helm" } },
} satisfies GoPrograms;

const cacheEntry = () => ({ name: "charts", key: cacheKey("1", [JSON.stringify(CHARTS)]) });

/** Returns whether the charts and Helm, which renders them, are prepared. */
export function hasCharts(): boolean {
  return isCached(cacheEntry()) && isCached(programsCacheEntry(PROGRAM));
}

/** Returns the path of Helm. */
export async function ensureHelm(): Promise<string> {
  return join(await ensureGoPrograms(PROGRAM), "helm");
}

/** Returns the folder with the charts, which are named like the plugins. */
export function ensureCharts(): Promise<string> {
  return ensureCached({
    ...cacheEntry(),
    create: async (folder) => {
      for (const [name, chart] of Object.entries(CHARTS)) {
        cpSync(join(await fetchGoModule(chart), chart.folder), join(folder, name), { recursive: true });
      }
    },
  });
}
