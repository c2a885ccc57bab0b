import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { SwarmResource } from "../../shared/resource.ts";
import { throwIfInvalid } from "../../../core/input-validation-error.ts";
import type { ImmutableValue } from "../../../core/immutable-value.ts";
import { type CniArgs, type CniPlugin, DEFAULT_POD_CIDR } from "./args.ts";
import { chartValues, CNI_CHARTS, type InstalledPlugin } from "./charts.ts";
import { validateCni } from "./validation.ts";

export { CNI_PLUGINS, CNI_TRANSPORTS, type CniArgs, type CniPlugin, type CniTransport } from "./args.ts";
export { CNI_CHARTS, type CniChart, type InstalledPlugin } from "./charts.ts";

/** Pods of the plugins work on the network of their nodes, which namespaces of other pods may well forbid. */
const PRIVILEGED = { "pod-security.kubernetes.io/enforce": "privileged" };

/**
 * The network of a cluster's pods: Flannel, Calico or Cilium, from its published chart at a pinned version, set up so
 * that network policies are enforced; or the network that is there. It is ready when the plugin's pods are; with Calico
 * when its operator is, which then installs the rest: pods wait for their node by themselves.
 *
 * @example
 * const cni = new Cni("network", { plugin: "calico", transport: "bgp", podCidr: "10.40.0.0/16" });
 */
export class Cni extends pulumi.ComponentResource {
  /** Who makes the network. */
  readonly plugin: CniPlugin;
  /** Addresses of pods in CIDR form; absent where they have not been told, with `none`. */
  readonly podCidr?: pulumi.Output<string>;

  constructor(name: string, args: CniArgs, opts?: pulumi.ComponentResourceOptions) {
    throwIfInvalid(`Cni "${name}"`, validateCni(args));
    super("pulumi-swarm:index:Cni", name, {}, opts);
    // What is refused above is none of them.
    this.plugin = args.plugin as CniPlugin;
    const podCidr = args.podCidr ?? (this.plugin === "none" ? undefined : DEFAULT_POD_CIDR);
    const release = this.plugin === "none" ? undefined : this.#install(name, this.plugin, args);
    if (podCidr !== undefined) this.podCidr = release ? release.urn.apply(() => podCidr) : pulumi.output(podCidr);
    this.registerOutputs({ plugin: this.plugin, podCidr: this.podCidr });
  }

  /**
   * As a release of Helm's and not as the objects of the chart: charts make certificates anew whenever they are
   * rendered, which no preview would be clean of, and Calico's takes its network apart by a hook.
   */
  #install(name: string, plugin: InstalledPlugin, args: CniArgs): kubernetes.helm.v3.Release {
    const { repository, version, ...home } = CNI_CHARTS[plugin];
    const child = { parent: this };
    const chosen = new ImmutableNetwork(`${name}-chosen`, { values: immutableNetwork(plugin, args) }, child);
    const namespace = home.ownsNamespace
      ? new kubernetes.core.v1.Namespace(
          `${name}-namespace`,
          { metadata: { name: home.namespace, labels: PRIVILEGED } },
          { ...child, dependsOn: chosen },
        ).metadata.name
      : home.namespace;
    const source =
      args.chart === undefined
        ? { chart: home.chart, version, repositoryOpts: { repo: repository } }
        : { chart: args.chart };
    return new kubernetes.helm.v3.Release(
      `${name}-release`,
      {
        ...source,
        name: plugin,
        namespace,
        values: chartValues(plugin, args.transport, args.podCidr),
        timeout: args.timeoutSeconds ?? 600,
      },
      { ...child, dependsOn: chosen },
    );
  }
}

/** What a cluster's network was chosen to be for life. */
class ImmutableNetwork extends SwarmResource {
  constructor(name: string, props: { values: Record<string, ImmutableValue> }, opts: pulumi.CustomResourceOptions) {
    super("ImmutableValues", name, props, opts);
  }
}

function immutableNetwork(
  plugin: InstalledPlugin,
  { podCidr = DEFAULT_POD_CIDR }: CniArgs,
): Record<string, ImmutableValue> {
  const because = (what: string) =>
    `the nodes of a running cluster have ${what}, and would not reach each other's pods. Keep it, or make the cluster anew`;
  return {
    plugin: { value: plugin, reason: because("their network from it") },
    podCidr: { value: podCidr, reason: because("given their pods addresses of it") },
  };
}
