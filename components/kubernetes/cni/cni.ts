import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { SwarmResource } from "../../shared/resource.ts";
import { throwIfInvalid } from "../../../core/input-validation-error.ts";
import type { ImmutableValue } from "../../../core/immutable-value.ts";
import { type CniArgs, type CniPlugin, DEFAULT_POD_CIDR } from "./args.ts";
import { chartValues, CNI_CHARTS, type InstalledPlugin } from "./charts.ts";
import { validateCni } from "./validation.ts";
import { rejectWrongArguments } from "../../shared/reject-arguments.ts";

export { CNI_PLUGINS, CNI_TRANSPORTS, type CniArgs, type CniPlugin, type CniTransport } from "./args.ts";
export { CNI_CHARTS, type CniChart, type InstalledPlugin } from "./charts.ts";

/** Plugin pods use the host network, which a cluster's default Pod Security Standard may forbid. */
const PRIVILEGED = { "pod-security.kubernetes.io/enforce": "privileged" };

/**
 * The pod network of a cluster: Flannel, Calico or Cilium with network policies enforced, from the published chart at a
 * pinned version; or an existing one. It is ready when the plugin's pods are ready; with Calico, when its operator is,
 * which then installs the rest while pods wait for their nodes.
 *
 * @example
 * const cni = new Cni("network", { plugin: "calico", transport: "bgp", podCidr: "10.40.0.0/16" });
 */
export class Cni extends pulumi.ComponentResource {
  /** The CNI plugin. */
  readonly plugin: CniPlugin;
  /** Address range of pods, a CIDR; absent with `none` unless given. */
  readonly podCidr?: pulumi.Output<string>;

  constructor(name: string, args: CniArgs, opts?: pulumi.ComponentResourceOptions) {
    rejectWrongArguments("Cni", name, args);
    throwIfInvalid(`Cni "${name}"`, validateCni(args));
    super("swarm:index:Cni", name, {}, opts);
    // Validated above.
    this.plugin = args.plugin as CniPlugin;
    const podCidr = args.podCidr ?? (this.plugin === "none" ? undefined : DEFAULT_POD_CIDR);
    const release = this.plugin === "none" ? undefined : this.#install(name, this.plugin, args);
    if (podCidr !== undefined) this.podCidr = release ? release.urn.apply(() => podCidr) : pulumi.output(podCidr);
    this.registerOutputs({ plugin: this.plugin, podCidr: this.podCidr });
  }

  /**
   * Installs a Helm release instead of the chart's rendered objects: charts generate new certificates at each rendering,
   * so that every preview would show changes, and Calico's chart removes its network with a hook.
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

/** Records the immutable settings of a cluster's network. */
class ImmutableNetwork extends SwarmResource {
  constructor(name: string, props: { values: Record<string, ImmutableValue> }, opts: pulumi.CustomResourceOptions) {
    super("ImmutableValues", name, props, opts);
  }
}

function immutableNetwork(
  plugin: InstalledPlugin,
  { podCidr = DEFAULT_POD_CIDR }: CniArgs,
): Record<string, ImmutableValue> {
  const reason = (use: string) =>
    `the nodes of a running cluster ${use}; with another one they could not reach each other's pods. Keep it, or recreate the cluster`;
  return {
    plugin: { value: plugin, reason: reason("use it for their network") },
    podCidr: { value: podCidr, reason: reason("have assigned pod addresses from it") },
  };
}
