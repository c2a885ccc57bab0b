import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { knownFields, knownRecord, unknownFields } from "../../shared/inputs.ts";
import { type Owner, ownerLabels, SWARM_LABEL } from "../../../core/labels.ts";
import { creationOwner, ownerOf } from "../../shared/owner.ts";
import { SwarmComponent } from "../../shared/component.ts";
import { SwarmResource } from "../../shared/resource.ts";
import type { Swarm } from "../../swarm/swarm.ts";
import { transformed } from "../../shared/transform.ts";
import { throwIfInvalid, type ValidationIssue } from "../../../core/input-validation-error.ts";
import type { NetworkSettings } from "../../../core/requirement.ts";
import type { DataNetwork, NetworkDriver } from "../node-network/data-network.ts";
import type { OverlayNetworkArgs } from "./args.ts";
import {
  toIpamConfigs,
  validateAdoption,
  DEFAULT_MTU,
  driverOptions,
  validateOverlayNetwork,
  VXLAN_OPTION,
} from "../../../core/networks/overlay-spec.ts";
import { rejectWrongArguments } from "../../shared/reject-arguments.ts";
import { rejectIssues } from "../../shared/invalid-input.ts";

export type { OverlayNetworkArgs, OverlayNetworkTransform } from "./args.ts";

/**
 * A network across all nodes of a Swarm. By default it is encrypted, and standalone containers can attach to it.
 *
 * Docker cannot change a network, only replace it. The preview rejects a replacement while something is attached to the
 * network, unless the Swarm sets `allowOutage: true`.
 *
 * @example
 * const network = new OverlayNetwork("storage", { swarm });
 * @example
 * const network = new OverlayNetwork("storage", { swarm, subnet: "10.20.0.0/24", internal: true });
 * @example
 * // An existing network that was created by hand.
 * const network = new OverlayNetwork("storage", { swarm, networkName: "minio-overlay-network", adopt: true });
 */
export class OverlayNetwork extends SwarmComponent implements DataNetwork {
  /** The network's id in the Swarm. */
  readonly networkId: pulumi.Output<string>;
  /** The network's name in the Swarm. */
  readonly networkName: pulumi.Output<string>;
  /** The network driver. */
  readonly driver: NetworkDriver = "overlay";
  /** Its subnet, in CIDR form. */
  readonly subnet: pulumi.Output<string>;
  /** The address of its gateway. */
  readonly gateway: pulumi.Output<string>;

  constructor(name: string, args: OverlayNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    rejectWrongArguments("OverlayNetwork", name, args);
    const subject = `OverlayNetwork "${name}"`;
    const networkName = args.networkName ?? name;
    const { swarm, adopt } = args;
    const { settings, deferred } = knownSettings(adopt ? args : withDefaults(args));
    rejectIssues(subject, [
      ...validateOverlayNetwork(networkName, settings, deferred),
      ...(adopt ? [...validateAdoption(deferred), ...validateTransform(args)] : []),
    ]);
    super("OverlayNetwork", name, args, opts);

    const notCompared = args.transform?.network ? [...new Set([...deferred, ...TRANSFORMABLE])] : deferred;
    const checked = swarm.preflight({
      kind: "network",
      subject,
      owner: ownerOf(name),
      name: networkName,
      ...(adopt && { adopt }),
      settings,
      ...(notCompared.length > 0 && { deferred: notCompared }),
    });
    const options = { parent: this, provider: swarm.provider, dependsOn: checked };
    const network = adopt
      ? docker.getNetworkOutput({ name: networkName }, options)
      : createNetwork(name, subject, networkName, args, options);

    // The preflight rejects an adopted network that Swarm has not allocated.
    this.networkId = adopt
      ? pulumi.output(network.id)
      : new NetworkAllocation(`${name}-allocation`, network.id, swarm, this).networkId;
    this.networkName = pulumi.output(network.name);
    const addresses = pulumi.output(network.ipamConfigs);
    this.subnet = addresses.apply((configs) => configs?.[0]?.subnet ?? "");
    this.gateway = addresses.apply((configs) => configs?.[0]?.gateway ?? "");
    this.registerOutputs({
      networkId: this.networkId,
      networkName: this.networkName,
      subnet: this.subnet,
      gateway: this.gateway,
    });
  }
}

/** Waits until Swarm has allocated the network. */
class NetworkAllocation extends SwarmResource {
  declare readonly networkId: pulumi.Output<string>;

  constructor(name: string, networkId: pulumi.Input<string>, swarm: Swarm, parent: pulumi.Resource) {
    const { managers, swarmId } = swarm;
    super("NetworkAllocation", name, { managers, swarmId, networkId }, { parent });
  }
}

/** Settings that a transform may change, so that the preflight cannot compare them with an existing network. */
const TRANSFORMABLE: (keyof NetworkSettings)[] = ["attachable", "encrypted", "internal", "labels", "mtu"];

type SettingsArgs = Omit<OverlayNetworkArgs, "swarm" | "networkName" | "adopt" | "transform">;

function createNetwork(
  name: string,
  subject: string,
  networkName: string,
  { swarm, transform, ...args }: OverlayNetworkArgs,
  options: pulumi.CustomResourceOptions,
): docker.Network {
  const { parent, dependsOn } = options;
  const owner = creationOwner(name, { parent, dependsOn });
  const settings = pulumi.output(withDefaults(args)).apply((all) => {
    throwIfInvalid(subject, validateOverlayNetwork(networkName, all));
    return all;
  });
  const network: docker.NetworkArgs = {
    name: networkName,
    driver: "overlay",
    attachable: settings.attachable,
    internal: settings.internal,
    options: settings.apply(driverOptions),
    // If left out, the Swarm chooses the addresses, and they are not compared.
    ipamConfigs: args.subnet === undefined ? undefined : settings.apply(toIpamConfigs),
    labels: pulumi
      .all([settings.labels, owner, swarm.swarmId])
      .apply(([own, owner, swarmId]) => toLabelList(own, owner, swarmId)),
  };
  const own = {
    ...options,
    // Docker does not allow two networks of one name.
    deleteBeforeReplace: true,
    // Docker sets this option itself. All others are compared.
    ignoreChanges: [`options.["${VXLAN_OPTION}"]`],
  };
  return new docker.Network(...transformed(transform?.network, `${name}-network`, network, own));
}

/** Rejects a transform of an adopted network, which is not a resource. */
function validateTransform({ transform }: OverlayNetworkArgs): ValidationIssue[] {
  if (transform?.network === undefined) return [];
  const problem = "has no meaning with adopt, because an adopted network is never changed: leave it out";
  return [{ argument: "transform.network", value: "(a function)", problem }];
}

function withDefaults(args: SettingsArgs) {
  const { attachable = true, encrypted = true, internal = false, mtu = DEFAULT_MTU, labels = {} } = args;
  const { subnet, gateway, ipRange } = args;
  return { attachable, encrypted, internal, mtu, labels, subnet, gateway, ipRange };
}

/** Returns the settings that are known before the program runs, and the names of given ones that are not. */
function knownSettings(args: SettingsArgs): { settings: NetworkSettings; deferred: string[] } {
  const { attachable, encrypted, internal, mtu, labels, subnet, gateway, ipRange } = args;
  const inputs = { attachable, encrypted, internal, mtu, subnet, gateway, ipRange };
  const settings = { ...knownFields<Omit<NetworkSettings, "labels">>(inputs), labels: knownRecord(labels) };
  return { settings, deferred: unknownFields({ ...inputs, labels }, settings) };
}

/** Returns the labels in a fixed order, so that previews do not differ. The provider treats the list as a set. */
function toLabelList(own: Record<string, string>, owner: Owner, swarmId: string): { label: string; value: string }[] {
  const labels = { ...own, ...ownerLabels(owner), [SWARM_LABEL]: swarmId };
  return Object.entries(labels)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([label, value]) => ({ label, value }));
}
