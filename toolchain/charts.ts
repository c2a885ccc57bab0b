import { cpSync } from "node:fs";
import { join } from "node:path";
import { isCached, cacheKey, ensureCached } from "./cache.ts";
import { type GoModule, type GoPrograms, fetchGoModule, ensureGoPrograms, programsCacheEntry } from "./go.ts";
import { HELM } from "./versions.ts";

/** A Helm chart that lies in the sources of what it installs. */
interface ChartSource extends GoModule {
  folder: string;
}

/**
 * The charts of network plugins, from Go modules: for machines that reach no site of charts. Flannel's and Cilium's are
 * those that `CNI_CHARTS` names; of Calico the mirrors have 3.28.5, which has the same values.
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

/** Helm of the version that the Kubernetes plugin has inside, and from the same module: what is compiled is shared. */
const PROGRAM = {
  name: "helm",
  version: HELM,
  programs: { helm: { module: "resource-kubernetes", package: "helm.sh/helm/v3/cmd/helm" } },
} satisfies GoPrograms;

const cacheEntry = () => ({ name: "charts", key: cacheKey("1", [JSON.stringify(CHARTS)]) });

/** Whether the charts are there, and Helm, which renders them. */
export function hasCharts(): boolean {
  return isCached(cacheEntry()) && isCached(programsCacheEntry(PROGRAM));
}

/** The path of Helm. */
export async function ensureHelm(): Promise<string> {
  return join(await ensureGoPrograms(PROGRAM), "helm");
}

/** The folder with the charts, by the names of the plugins. */
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
