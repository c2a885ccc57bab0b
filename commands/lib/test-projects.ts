import { findAwsPlugin, ensureAwsPlugin } from "../../toolchain/aws-plugin.ts";
import { hasCharts, ensureCharts, ensureHelm } from "../../toolchain/charts.ts";
import { findKubernetesPlugin, ensureKubernetesPlugin } from "../../toolchain/kubernetes-plugin.ts";
import { hasKubernetes, ensureKubernetes, ensurePolicyEnforcer } from "../../toolchain/kubernetes.ts";
import { ensurePulumi } from "../../toolchain/pulumi.ts";
import { findBrowser, installBrowser } from "../../lab/browser.ts";
import { installPolicyEnforcement, clusterUnavailableReason } from "../../lab/kubernetes/cluster.ts";
import { ensureEngineLayers, ENGINES, enginesUnavailableReason } from "../../lab/engines.ts";
import { labUnavailableReason } from "../../lab/lab.ts";
import { installMachineTools, machinesUnavailableReason } from "../../lab/vm/tools.ts";

/** Tests that take long: they run when they are asked for, and some of them whenever they are prepared already. */
export interface OptionalProject {
  /** Its name in vitest's configuration. */
  name: string;
  /** Why a run that does not name it leaves it out, and the command that runs it; undefined when it runs. */
  skipReason(): string | undefined;
  /** Makes what it takes, in advance: a first build must not run against a test's time limit. */
  prepare(): Promise<unknown>;
}

export const OPTIONAL_PROJECTS: readonly OptionalProject[] = [
  {
    name: "engines",
    skipReason: () => "Docker Engines of all versions in one Swarm: `npm run test:engines` gets them, and runs it",
    prepare: async () => {
      if ((labUnavailableReason() ?? enginesUnavailableReason()) === undefined)
        for (const version of ENGINES) await ensureEngineLayers(version);
    },
  },
  {
    name: "machines",
    skipReason: () =>
      machinesUnavailableReason() ?? "its machines are emulated, which takes long: `npm run test:machines` runs it",
    prepare: async () => {
      if (machinesUnavailableReason() === undefined) await installMachineTools();
    },
  },
  {
    name: "kubernetes",
    skipReason: () =>
      kubernetesSkipReason(
        clusterUnavailableReason(),
        Boolean(hasKubernetes() && findKubernetesPlugin() && hasCharts()),
      ),
    prepare: async () => {
      await ensureCharts();
      await ensureHelm();
      await ensureKubernetesPlugin(ensurePulumi);
      if (clusterUnavailableReason() !== undefined) return;
      await ensureKubernetes();
      await ensurePolicyEnforcer();
      await installPolicyEnforcement();
    },
  },
  {
    name: "aws",
    skipReason: () =>
      findAwsPlugin()
        ? undefined
        : "Pulumi's AWS plugin is not here yet: `npm run test:aws` gets it, in some minutes where it must be built",
    prepare: () => ensureAwsPlugin(ensurePulumi),
  },
  {
    name: "browser",
    skipReason: () =>
      findBrowser() ? undefined : "there is no Chromium on PATH: `npm run test:browser` installs one, and runs it",
    prepare: installBrowser,
  },
];

function kubernetesSkipReason(noCluster: string | undefined, isBuilt: boolean): string | undefined {
  if (noCluster !== undefined) return `${noCluster}: \`npm run test:kubernetes\` runs the tests that need no cluster`;
  if (isBuilt) return undefined;
  return "a Kubernetes and its plugin are not built here yet: `npm run test:kubernetes` builds them, and runs it";
}

/** What is left out of a run that names no project, with the reason of each. */
export function skippedProjects(projects: readonly OptionalProject[]): { name: string; reason: string }[] {
  return projects.flatMap(({ name, skipReason }) => {
    const reason = skipReason();
    return reason === undefined ? [] : [{ name, reason }];
  });
}

/** The projects that arguments to vitest ask for: `--project kubernetes`, `--project=kubernetes`. */
export function requestedProjects(projects: readonly OptionalProject[], args: readonly string[]): OptionalProject[] {
  const text = ` ${args.join(" ")} `;
  return projects.filter(({ name }) => text.includes(` --project ${name} `) || text.includes(` --project=${name} `));
}

export function hasProjectOption(args: readonly string[]): boolean {
  return args.some((arg) => arg.startsWith("--project"));
}
