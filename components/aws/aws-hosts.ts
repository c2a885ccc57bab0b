import type * as pulumi from "@pulumi/pulumi";
import type { Host } from "../hosts/host.ts";
import { SshHosts } from "../hosts/ssh-hosts.ts";
import type { SshHostArgs } from "../hosts/host-args.ts";
import { SwarmComponent } from "../shared/component.ts";
import type { AwsHostsArgs } from "./args.ts";
import { AwsMachines } from "./aws-machines.ts";
import { validateAwsHosts, validateAwsMachines } from "./validation.ts";
import type { AwsMachine } from "./machine.ts";
import { DEFAULT_USER, type Role, VPC_MTU } from "./plan.ts";
import { rejectWrongArguments } from "../shared/reject-arguments.ts";
import { rejectIssues } from "../shared/invalid-input.ts";

/**
 * Hosts on EC2: the machines with their network, and ssh connections to them.
 *
 * @example
 * const hosts = new AwsHosts("prod", {
 *   managers: { a: { zone: "eu-central-1a" }, b: { zone: "eu-central-1b" }, c: { zone: "eu-central-1c" } },
 *   workers: { d: { zone: "eu-central-1a" } },
 *   defaults: { volumes: { d1: { sizeGiB: 500 }, d2: { sizeGiB: 500 } } },
 *   publicKeys: [readFileSync("id_ed25519.pub", "utf8")],
 *   allowFrom: { s3: ["198.51.100.0/24"], ssh: ["192.0.2.7/32"] },
 * });
 * const swarm = new Swarm("swarm", { managers: hosts.managers, workers: hosts.workers });
 * const network = new OverlayNetwork("network", { swarm, mtu: hosts.mtu });
 */
export class AwsHosts extends SwarmComponent {
  /** The hosts by key. */
  readonly hosts: Readonly<Record<string, Host>>;
  /** The hosts declared as managers. */
  readonly managers: Host[];
  /** The hosts declared as workers. */
  readonly workers: Host[];
  /** MTU between the machines in bytes, for overlay networks on them. */
  readonly mtu = VPC_MTU;
  /** The instances and their AWS resources. */
  readonly infrastructure: AwsMachines;

  constructor(name: string, args: AwsHostsArgs, opts?: pulumi.ComponentResourceOptions) {
    rejectWrongArguments("AwsHosts", name, args);
    rejectIssues(`AwsHosts "${name}"`, [...validateAwsMachines(args), ...validateAwsHosts(args)]);
    super("AwsHosts", name, args, opts);
    const { sshVia: _sshVia, identityFile, jumpHost, jumpHostKey, timeoutSeconds = 900, ...machinesArgs } = args;
    this.infrastructure = new AwsMachines(name, machinesArgs, { parent: this });
    const machines = Object.values(this.infrastructure.machines);
    const sshVia =
      args.sshVia ?? (args.allowFrom?.ssh?.length && machines[0]?.publicAddress ? "public-address" : "session-manager");
    const ssh = new SshHosts(
      name,
      {
        hosts: Object.fromEntries(machines.map((machine) => [machine.key, sshHost(machine, sshVia)])),
        defaults: { user: args.user ?? DEFAULT_USER, identityFile, jumpHost, jumpHostKey },
        timeoutSeconds,
      },
      { parent: this },
    );
    this.hosts = ssh.hosts;
    const hostsOfRole = (role: Role) => machines.filter((one) => one.role === role).map(({ key }) => ssh.host(key));
    this.managers = hostsOfRole("manager");
    this.workers = hostsOfRole("worker");
    this.registerOutputs({ hosts: Object.keys(this.hosts) });
  }

  /** All hosts, managers first. */
  get list(): Host[] {
    return [...this.managers, ...this.workers];
  }

  /**
   * Returns the host with that key.
   *
   * @throws Error if no host has that key
   */
  host(key: string): Host {
    const host = this.hosts[key];
    if (!host) throw new Error(`there is no host "${key}": choose one of ${Object.keys(this.hosts).join(", ")}`);
    return host;
  }
}

function sshHost(machine: AwsMachine, sshVia: NonNullable<AwsHostsArgs["sshVia"]>): SshHostArgs {
  const {
    key: hostname,
    instanceId,
    privateAddress,
    publicAddress = privateAddress,
    hostKey,
    zone,
    labels,
    drives,
  } = machine;
  const address = { "public-address": publicAddress, "private-address": privateAddress, "session-manager": instanceId }[
    sshVia
  ];
  return { address, hostname, hostKey, privateAddress, endpointAddress: publicAddress, zone, labels, drives };
}
