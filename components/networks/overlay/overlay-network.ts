import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { knownFields, knownRecord } from "../../shared/inputs.ts";
import { type Owner, ownerLabels, SWARM_LABEL } from "../../../core/labels.ts";
import { creationOwner, ownerOf } from "../../shared/owner.ts";
import { throwIfInvalid } from "../../../core/input-validation-error.ts";
import type { OverlayNetworkArgs } from "./args.ts";
import {
  toIpamConfigs,
  validateAdoption,
  DEFAULT_MTU,
  driverOptions,
  validateOverlayNetwork,
  networkSettings,
  type NetworkSpec,
  VXLAN_OPTION,
} from "../../../core/networks/overlay-spec.ts";

export type { OverlayNetworkArgs };

/**
 * A network across all nodes of a Swarm: encrypted, and open to containers that are no service's, unless told otherwise.
 *
 * A network cannot be changed, only made anew. That is refused in the preview while something is attached to it, unless
 * the Swarm says `allowOutage: true`.
 *
 * @example
 * const network = new OverlayNetwork("storage", { swarm });
 * @example
 * const network = new OverlayNetwork("storage", { swarm, subnet: "10.20.0.0/24", internal: true });
 * @example
 * // One that was made by hand, as it is.
 * const network = new OverlayNetwork("storage", { swarm, networkName: "minio-overlay-network", adopt: true });
 */
export class OverlayNetwork extends pulumi.ComponentResource {
  /** The network's id in the Swarm. */
  readonly networkId: pulumi.Output<string>;
  /** The network's name in the Swarm. */
  readonly networkName: pulumi.Output<string>;
  /** Its addresses, in CIDR form. */
  readonly subnet: pulumi.Output<string>;
  /** The address of its gateway. */
  readonly gateway: pulumi.Output<string>;

  constructor(name: string, args: OverlayNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    const subject = `OverlayNetwork "${name}"`;
    const networkName = args.networkName ?? name;
    const asked = args.adopt ? args : withDefaults(args);
    args.swarm.throwIfInvalid(subject, [
      ...validateOverlayNetwork(networkName, known(asked)),
      ...(args.adopt ? validateAdoption(deferred(args)) : []),
    ]);
    super("pulumi-swarm:index:OverlayNetwork", name, {}, opts);

    const { swarm, adopt } = args;
    const owner = ownerOf(name);
    const settings = networkSettings(known(asked));
    const requirement = {
      kind: "network",
      subject,
      owner,
      name: networkName,
      ...(adopt && { adopt }),
      settings,
    } as const;
    const child = { parent: this, provider: swarm.provider, dependsOn: swarm.preflight(requirement) };
    const network = adopt
      ? docker.getNetworkOutput({ name: networkName }, child)
      : madeNetwork(name, networkName, args, {
          spec: checkedSpec(subject, networkName, args),
          owner: creationOwner(name, { parent: this, dependsOn: child.dependsOn }),
          child,
        });

    this.networkId = pulumi.output(network.id);
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

type NetworkArgs = Omit<OverlayNetworkArgs, "swarm" | "networkName" | "adopt">;

interface MadeNetwork {
  spec: pulumi.Output<NetworkSpec>;
  owner: pulumi.Output<Owner>;
  child: pulumi.CustomResourceOptions;
}

function madeNetwork(
  name: string,
  networkName: string,
  { swarm, subnet }: OverlayNetworkArgs,
  { spec, owner, child }: MadeNetwork,
): docker.Network {
  return new docker.Network(
    `${name}-network`,
    {
      name: networkName,
      driver: "overlay",
      attachable: spec.attachable,
      internal: spec.internal,
      options: spec.apply(driverOptions),
      // Left out, the addresses are the Swarm's choice and never a difference.
      ipamConfigs: subnet === undefined ? undefined : spec.apply(toIpamConfigs),
      labels: pulumi
        .all([spec.labels, owner, swarm.swarmId])
        .apply(([own, owner, swarmId]) => labelList(own, owner, swarmId)),
    },
    {
      ...child,
      // Two networks of one name cannot be.
      deleteBeforeReplace: true,
      // Docker adds this one option by itself. The others stay compared: a change of theirs is seen.
      ignoreChanges: [`options.["${VXLAN_OPTION}"]`],
    },
  );
}

function withDefaults({ subnet = "", gateway = "", ipRange = "", ...args }: NetworkArgs) {
  const { attachable = true, encrypted = true, internal = false, mtu = DEFAULT_MTU, labels = {} } = args;
  return { attachable, encrypted, internal, mtu, labels, subnet, gateway, ipRange };
}

/** What is known before the program runs. */
function known(args: NetworkArgs): Partial<NetworkSpec> {
  const { labels, ...rest } = shapeOf(args);
  return { ...knownFields<Omit<NetworkSpec, "labels">>(rest), labels: knownRecord(labels) };
}

/** Names of the arguments that are given and not known before the program runs. */
function deferred(args: NetworkArgs): string[] {
  const values: Record<string, unknown> = known(args);
  const given = Object.entries(shapeOf(args)).filter(([, input]) => input !== undefined);
  return given.map(([argument]) => argument).filter((argument) => values[argument] === undefined);
}

function shapeOf({ attachable, encrypted, internal, mtu, labels, subnet, gateway, ipRange }: NetworkArgs) {
  return { attachable, encrypted, internal, mtu, labels, subnet, gateway, ipRange };
}

/** All arguments, checked again once those are known that other resources give. */
function checkedSpec(subject: string, networkName: string, args: NetworkArgs): pulumi.Output<NetworkSpec> {
  return pulumi.output(withDefaults(args)).apply((spec) => {
    throwIfInvalid(subject, validateOverlayNetwork(networkName, spec));
    return spec;
  });
}

/** A set in the provider; in one order always, so that a preview of the program reads the same each time. */
function labelList(own: Record<string, string>, owner: Owner, swarmId: string): { label: string; value: string }[] {
  const labels = { ...own, ...ownerLabels(owner), [SWARM_LABEL]: swarmId };
  return Object.entries(labels)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([label, value]) => ({ label, value }));
}
