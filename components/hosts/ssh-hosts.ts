import type * as pulumi from "@pulumi/pulumi";
import { SwarmComponent } from "../shared/component.ts";
import { Host } from "./host.ts";
import type { SshHostsArgs } from "./host-args.ts";
import { sshEngine } from "./host-connection.ts";
import { HostInspection } from "./machine.ts";
import { validateSshHosts, withDefaults } from "./ssh-hosts-validation.ts";
import { rejectWrongArguments } from "../shared/reject-arguments.ts";
import { rejectIssues } from "../shared/invalid-input.ts";

/**
 * Existing machines, connected by ssh. All of them are inspected before any is changed: problems are reported together,
 * and one machine with a problem leaves the others unchanged. With `install`, Docker Engine is then installed on
 * machines without it. Destroying this resource leaves the machines unchanged.
 *
 * @example
 * const hosts = new SshHosts("hosts", {
 *   hosts: { a: { address: "192.0.2.1" }, b: { address: "192.0.2.2" }, c: { address: "192.0.2.3" } },
 *   defaults: { user: "admin", drives: { d1: { path: "/mnt/disk1" }, d2: { path: "/mnt/disk2" } } },
 *   install: "docker",
 * });
 * const swarm = new Swarm("swarm", { managers: hosts.list });
 */
export class SshHosts extends SwarmComponent {
  /** The hosts by key. */
  readonly hosts: Readonly<Record<string, Host>>;

  constructor(name: string, args: SshHostsArgs, opts?: pulumi.ComponentResourceOptions) {
    rejectWrongArguments("SshHosts", name, args);
    const subject = `SshHosts "${name}"`;
    rejectIssues(subject, validateSshHosts(args));
    super("SshHosts", name, args, opts);
    const { install, timeoutSeconds = 300 } = args;
    const machines = Object.entries(args.hosts).map(([key, given]) => {
      const { address, hostKey, user, port, identityFile, jumpHost, jumpHostKey, ...host } = withDefaults(
        given,
        args.defaults,
      );
      const ssh = { address, hostKey, user, port, identityFile, jumpHost, jumpHostKey };
      return { key, ...host, ssh, install, timeoutSeconds };
    });
    const inspected = Object.fromEntries(
      machines.map(({ key, ssh, hostname, drives }) => [
        key,
        { key, connection: sshEngine(`${subject}: host "${key}"`, ssh), hostname, drives, install, timeoutSeconds },
      ]),
    );
    const inspection = new HostInspection(`${name}-inspection`, inspected, {
      parent: this,
      dependsOn: opts?.dependsOn,
    });
    this.hosts = Object.fromEntries(
      machines.map((machine) => [
        machine.key,
        new Host(`${name}-${machine.key}`, machine, { parent: this, dependsOn: inspection }),
      ]),
    );
    this.registerOutputs({ hosts: Object.keys(this.hosts) });
  }

  /** All hosts, in the order in which they were given. */
  get list(): Host[] {
    return Object.values(this.hosts);
  }

  /**
   * Returns a host by its key.
   *
   * @throws Error if there is no such host
   */
  host(key: string): Host {
    const host = this.hosts[key];
    if (!host) throw new Error(`there is no host "${key}": choose one of ${Object.keys(this.hosts).join(", ")}`);
    return host;
  }
}
