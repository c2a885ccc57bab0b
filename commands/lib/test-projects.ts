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

/** A slow vitest project. It runs on request, or if everything that it needs is already prepared. */
export interface OptionalProject {
  /** Its name in vitest's configuration. */
  name: string;
  /** Returns why a run that does not name the project skips it, and the command that runs it; undefined if it runs. */
  skipReason(): string | undefined;
  /** Prepares everything that the project needs, so that a first build does not run into a test's time limit. */
  prepare(): Promise<unknown>;
}

export const OPTIONAL_PROJECTS: readonly OptionalProject[] = [
  {
    name: "engines",
    skipReason: () => "Docker Engines of all versions in one Swarm: `npm run test:engines` prepares and runs it",
    prepare: async () => {
      if ((labUnavailableReason() ?? enginesUnavailableReason()) === undefined)
        for (const version of ENGINES) await ensureEngineLayers(version);
    },
  },
  {
    name: "recovery",
    skipReason: () => "Swarms whose certificates have expired: `npm run test:recovery` runs it",
    prepare: () => Promise.resolve(),
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
        : "Pulumi's AWS plugin is not installed yet: `npm run test:aws` downloads it, or builds it in some minutes, and runs it",
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

/** Returns the projects that a run without named projects skips, with the reasons. */
export function skippedProjects(projects: readonly OptionalProject[]): { name: string; reason: string }[] {
  return projects.flatMap(({ name, skipReason }) => {
    const reason = skipReason();
    return reason === undefined ? [] : [{ name, reason }];
  });
}

/** Returns the projects in the arguments of vitest: `--project kubernetes`, `--project=kubernetes`. */
export function requestedProjects(projects: readonly OptionalProject[], args: readonly string[]): OptionalProject[] {
  const text = ` ${args.join(" ")} `;
  return projects.filter(({ name }) => text.includes(` --project ${name} `) || text.includes(` --project=${name} `));
}

export function hasProjectOption(args: readonly string[]): boolean {
  return args.some((arg) => arg.startsWith("--project"));
}
