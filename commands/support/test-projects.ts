import { findAwsPlugin, obtainAwsPlugin } from "../../toolchain/aws-plugin.ts";
import { hasCharts, obtainCharts, obtainHelm } from "../../toolchain/charts.ts";
import { findKubernetesPlugin, obtainKubernetesPlugin } from "../../toolchain/kubernetes-plugin.ts";
import { hasKubernetes, obtainKubernetes, obtainPolicies } from "../../toolchain/kubernetes.ts";
import { obtainPulumi } from "../../toolchain/pulumi.ts";
import { findBrowser } from "../../test/browser/browser.ts";
import { prepareEnforcement, whyNoCluster } from "../../test/kubernetes/lab/cluster.ts";

/** Tests that take long to prepare: they run when they are asked for, and whenever they are prepared already. */
export interface PreparedProject {
  /** Its name in vitest's configuration. */
  name: string;
  /** Why it is left out when nobody asks for it; undefined when it runs. */
  whyNot(): string | undefined;
  /** Makes what it takes, in advance: a first build must not run against a test's time limit. */
  prepare(): Promise<unknown>;
}

export const PREPARED_PROJECTS: readonly PreparedProject[] = [
  {
    name: "kubernetes",
    whyNot: () =>
      whyNoCluster() ??
      (hasKubernetes() && findKubernetesPlugin() && hasCharts()
        ? undefined
        : "a Kubernetes and its plugin are not built here yet: `npm run test:kubernetes` builds them, and runs it"),
    prepare: async () => {
      await obtainCharts();
      await obtainHelm();
      await obtainKubernetesPlugin(obtainPulumi);
      if (whyNoCluster() !== undefined) return;
      await obtainKubernetes();
      await obtainPolicies();
      await prepareEnforcement();
    },
  },
  {
    name: "aws",
    whyNot: () =>
      findAwsPlugin()
        ? undefined
        : "Pulumi's AWS plugin is not here yet: `npm run test:aws` gets it, in some minutes where it must be built",
    prepare: () => obtainAwsPlugin(obtainPulumi),
  },
  {
    name: "browser",
    whyNot: () =>
      findBrowser() ? undefined : "there is no Chromium on PATH: with one, the status page is looked at in it",
    prepare: () => Promise.resolve(),
  },
];

/** What is left out of a run of everything, with the reason of each. */
export function leftOut(projects: readonly PreparedProject[]): { name: string; reason: string }[] {
  return projects.flatMap(({ name, whyNot }) => {
    const reason = whyNot();
    return reason === undefined ? [] : [{ name, reason }];
  });
}

/** The projects that arguments to vitest ask for: `--project kubernetes`, `--project=kubernetes`. */
export function askedFor(projects: readonly PreparedProject[], args: readonly string[]): PreparedProject[] {
  const text = ` ${args.join(" ")} `;
  return projects.filter(({ name }) => text.includes(` --project ${name} `) || text.includes(` --project=${name} `));
}
