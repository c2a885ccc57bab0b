import * as pulumi from "@pulumi/pulumi";
import { SwarmComponent } from "../../shared/component.ts";
import { SwarmResource } from "../../shared/resource.ts";
import { knownFields, knownRecord, unknownFields } from "../../shared/inputs.ts";
import { ownerOf } from "../../shared/owner.ts";
import { type ValidationIssue, throwIfInvalid } from "../../../core/input-validation-error.ts";
import type { Swarm } from "../../swarm/swarm.ts";
import { connectedEngine } from "../../swarm/docker-provider.ts";
import type { NodeNetworkArgs } from "./args.ts";
import type { DataNetwork } from "./data-network.ts";
import {
  configName,
  type HostAttachment,
  type KnownSpec,
  perHostConfig,
  type NodeDriver,
  nodeNetworkSettings,
  type NodeNetworkSpec,
  hostConfig,
  fixedAddresses,
} from "./spec.ts";
import { rejectIssues } from "../../shared/invalid-input.ts";

/** The arguments of a driver, in the form that all drivers share. */
export interface NodeNetworkDefinition extends NodeNetworkArgs {
  /** The component's class. */
  kind: "BridgeNetwork" | "MacvlanNetwork" | "IpvlanNetwork";
  /** The component's arguments. */
  args: NodeNetworkArgs;
  driver: NodeDriver;
  subnet: pulumi.Input<string> | undefined;
  gateway: pulumi.Input<string> | undefined;
  /** Driver options, under Docker's names. */
  options: Record<string, pulumi.Input<string>>;
  hosts: Record<string, { parent?: pulumi.Input<string>; ipRange?: pulumi.Input<string> }>;
  /** Validates the settings that are known. */
  validate(networkName: string, spec: KnownSpec): ValidationIssue[];
}

/**
 * A network of the Swarm that takes its settings from a config-only network on each host.
 *
 * @pulumi/docker's `Network` supports neither `docker network create --config-only` nor `--scope swarm --config-from`,
 * so this package has its own resources for both.
 */
export abstract class NodeNetwork extends SwarmComponent implements DataNetwork {
  /** The network's id in the Swarm. */
  readonly networkId: pulumi.Output<string>;
  /** The network's name in the Swarm. */
  readonly networkName: pulumi.Output<string>;
  /** Its subnet, in CIDR form. Empty if each host's engine chooses one. */
  readonly subnet: pulumi.Output<string>;
  /** Its gateway. Empty if each host's engine chooses one. */
  readonly gateway: pulumi.Output<string>;
  /** The network driver. */
  readonly driver: NodeDriver;
  /** Keys of its hosts. */
  readonly hosts: readonly string[];
  /** The address of the containers on each host with a single-address range, by host key. */
  readonly addresses: pulumi.Output<Record<string, string>>;

  protected constructor(name: string, plan: NodeNetworkDefinition, opts?: pulumi.ComponentResourceOptions) {
    const { kind, driver, swarm, networkName = name, validate } = plan;
    const subject = `${kind} "${name}"`;
    const inputs = withDefaults(plan);
    const known = knownSpec(inputs);
    rejectIssues(subject, validate(networkName, known));
    super(kind, name, plan.args, opts);

    const checked = swarm.preflight({
      kind: "network",
      subject,
      owner: ownerOf(name),
      name: networkName,
      settings: nodeNetworkSettings(known),
      perHostConfig: perHostConfig(driver, networkName, known),
    });
    const spec = pulumi.output(inputs).apply((all) => {
      throwIfInvalid(subject, validate(networkName, all));
      return all;
    });
    const parts = Object.keys(plan.hosts).map((host) => {
      const part = spec.apply((all) => hostConfig(all, all.hosts[host] ?? {}));
      return [
        host,
        createConfigOnlyNetwork(`${name}-config-${host}`, swarm, host, { name, networkName, part }, this, checked),
      ] as const;
    });
    const network = new ConfigFromNetwork(
      `${name}-network`,
      {
        managers: swarm.managers,
        swarmId: swarm.swarmId,
        name: networkName,
        driver,
        attachable: inputs.attachable,
        configFrom: configName(networkName),
        // Outputs of the config-only networks, so that this network is deleted before one of them is replaced.
        hostConfigs: Object.fromEntries(parts.map(([host, resource]) => [host, resource.config] as const)),
      },
      { parent: this, dependsOn: [checked, ...parts.map(([, resource]) => resource)] },
    );

    const whole = spec.apply((all) => hostConfig(all, {}));
    this.networkId = network.id;
    this.networkName = network.name;
    this.subnet = whole.apply(({ subnet = "" }) => subnet);
    this.gateway = whole.apply(({ gateway = "" }) => gateway);
    this.driver = driver;
    this.hosts = Object.keys(plan.hosts);
    this.addresses = spec.apply(fixedAddresses);
    this.registerOutputs({
      networkId: this.networkId,
      networkName: this.networkName,
      subnet: this.subnet,
      gateway: this.gateway,
    });
  }
}

function withDefaults(definition: NodeNetworkDefinition) {
  const { subnet, gateway, attachable = true, labels = {}, options, hosts } = definition;
  return { subnet, gateway, attachable, labels, options, hosts };
}

/** Returns the settings that are known before the program runs, and the names of the given ones that are not. */
function knownSpec({ labels, options, hosts, ...rest }: ReturnType<typeof withDefaults>): KnownSpec {
  const attachments = Object.entries(hosts).map(
    ([host, inputs]) => [host, knownFields<HostAttachment>(inputs)] as const,
  );
  const known = {
    ...knownFields<Pick<NodeNetworkSpec, "subnet" | "gateway" | "attachable">>(rest),
    labels: knownRecord(labels),
    options: knownRecord(options),
  };
  const knownHosts = Object.fromEntries(attachments);
  const deferred = [
    ...unknownFields({ ...rest, labels, options }, known),
    ...Object.entries(hosts).flatMap(([host, inputs]) =>
      unknownFields(inputs, knownHosts[host] ?? {}).map((field) => `hosts.${host}.${field}`),
    ),
  ];
  return { ...known, hosts: knownHosts, deferred };
}

function createConfigOnlyNetwork(
  name: string,
  swarm: Swarm,
  key: string,
  { networkName, part, ...network }: { name: string; networkName: string; part: pulumi.Input<object> },
  parent: pulumi.ComponentResource,
  checked: pulumi.Input<pulumi.Resource>,
): ConfigOnlyNetwork {
  const host = swarm.hosts[key];
  if (!host) throw new Error(`host "${key}" is not in this Swarm`);
  return new ConfigOnlyNetwork(
    name,
    {
      host: key,
      connection: connectedEngine(host),
      machineId: host.machineId,
      swarmId: swarm.swarmId,
      owner: ownerOf(network.name),
      name: configName(networkName),
      config: part,
    },
    { parent, dependsOn: checked },
  );
}

/** The config-only network on one host. */
class ConfigOnlyNetwork extends SwarmResource {
  declare readonly config: pulumi.Output<object>;

  constructor(name: string, inputs: pulumi.Inputs, opts: pulumi.CustomResourceOptions) {
    super("ConfigOnlyNetwork", name, { ...inputs, networkId: undefined }, opts);
  }
}

/** The network of the Swarm that is created from them. */
class ConfigFromNetwork extends SwarmResource {
  declare readonly name: pulumi.Output<string>;

  constructor(name: string, inputs: pulumi.Inputs, opts: pulumi.CustomResourceOptions) {
    super("ConfigFromNetwork", name, { ...inputs, networkId: undefined }, opts);
  }
}
