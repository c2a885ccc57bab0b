import * as pulumi from "@pulumi/pulumi";
import type { Host } from "../hosts/host.ts";
import type { SwarmNetwork } from "../networks/network.ts";
import { bridgeOf, type DataNetwork } from "../networks/node-network/data-network.ts";
import { SwarmComponent } from "../shared/component.ts";
import { SwarmResource } from "../shared/resource.ts";
import { validateHostKeys } from "../../core/host-keys.ts";
import { knownValue } from "../shared/inputs.ts";
import { ownerOf } from "../shared/owner.ts";
import { validatePort } from "../../core/port.ts";
import type { ValidationIssue } from "../../core/input-validation-error.ts";
import type { Swarm } from "../swarm/swarm.ts";
import { validateAllowedAddresses } from "../../core/allowed-addresses.ts";
import { rejectWrongArguments } from "../shared/reject-arguments.ts";
import { rejectIssues } from "../shared/invalid-input.ts";

/** Arguments of a Firewall. */
export interface FirewallArgs {
  /** The Swarm of the hosts that publish the ports. */
  swarm: Swarm;

  /**
   * Keys of the hosts. Each is connected by ssh, or is this machine if it runs Linux and Pulumi can run commands as
   * root.
   * @default - all hosts of the Swarm
   */
  hosts?: string[];

  /** TCP ports to protect, as published on the hosts. */
  ports: number[];

  /**
   * IPv4 and IPv6 addresses and ranges that may connect. All others are blocked, including containers on the host.
   * Connections from the host itself are always allowed.
   * @example ["10.1.0.0/16", "198.51.100.7", "2001:db8::/32"]
   */
  allowFrom: AllowFrom;

  /**
   * Bridge networks of the containers that publish the ports. The rules then also apply to clients that have a route to
   * a container's own address.
   * @default - none: the containers are only on overlay networks
   */
  networks?: SwarmNetwork[];
}

/** The clients to allow. */
export type AllowFrom = pulumi.Input<pulumi.Input<string>[]>;

/**
 * Limits the clients of ports that Docker publishes. Docker publishes them on all addresses of a host and bypasses the
 * usual firewalls. The rules are in Docker's DOCKER-USER chain, are set before the engine starts, and affect neither other
 * ports nor traffic within overlay networks.
 *
 * @example
 * new Firewall("web-firewall", { swarm, ports: [80, 443], allowFrom: ["10.1.0.0/16"] });
 */
export class Firewall extends SwarmComponent {
  constructor(name: string, args: FirewallArgs, opts?: pulumi.ComponentResourceOptions) {
    rejectWrongArguments("Firewall", name, args);
    const subject = `Firewall "${name}"`;
    const { swarm, ports, allowFrom } = args;
    const known = Object.keys(swarm.hosts);
    const keys = args.hosts ?? known;
    rejectIssues(subject, [
      ...validateHostKeys("hosts", keys, known),
      ...validatePorts(ports),
      ...validateAllowFrom(allowFrom),
    ]);
    super("Firewall", name, args, opts);
    createHostFirewalls(
      name,
      { subject, hosts: keys.flatMap((key) => swarm.hosts[key] ?? []), ports, allowFrom, networks: args.networks },
      { parent: this },
    );
    this.registerOutputs({});
  }
}

/** Validates the known addresses. */
export function validateAllowFrom(allowFrom: AllowFrom | undefined): ValidationIssue[] {
  const ranges = knownValue(allowFrom);
  if (ranges === undefined) return [];
  const known = ranges.flatMap((range) => knownValue(range) ?? []);
  return known.length < ranges.length && known.length === 0 ? [] : validateAllowedAddresses("allowFrom", known);
}

/** Creates the rules on each host. Resources that publish the ports must depend on them. */
export function createHostFirewalls(
  name: string,
  args: {
    subject: string;
    hosts: readonly Host[];
    ports: number[];
    allowFrom: AllowFrom;
    /** Networks of the containers that publish the ports. */
    networks?: readonly DataNetwork[];
  },
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const { subject: title, hosts, ports, allowFrom, networks = [] } = args;
  const bridges = networks.flatMap((network) => bridgeOf(network) ?? []);
  const filter = { title, ports, allowFrom, ...(bridges.length > 0 && { bridges }) };
  return hosts.map((host) => new HostFirewall(`${name}-${host.key}`, { host, owner: name, filter }, opts));
}

interface HostFirewallArgs {
  host: Host;
  /** The logical name of the resource that owns the rules. */
  owner: string;
  filter: { title: string; ports: number[]; allowFrom: AllowFrom; bridges?: pulumi.Input<string>[] };
}

/** The firewall rules on one host. */
class HostFirewall extends SwarmResource {
  constructor(name: string, { host, owner, filter }: HostFirewallArgs, opts: pulumi.CustomResourceOptions) {
    const { key, engine, machineId } = host;
    const inputs = { host: key, connection: engine, machineId, owner: ownerOf(owner), filter, intact: true };
    super("HostFirewall", name, inputs, opts);
  }
}

function validatePorts(ports: number[]): ValidationIssue[] {
  if (ports.length === 0)
    return [{ argument: "ports", value: ports, problem: "must have at least one port, such as [9000]" }];
  return ports.flatMap((port) => validatePort("ports", port));
}
