import * as pulumi from "@pulumi/pulumi";
import type { EngineConnection } from "../../engine/engine-connection.ts";
import { SwarmResource } from "../shared/resource.ts";
import { throwIfInvalid } from "../../core/input-validation-error.ts";
import type { EngineSource } from "../../core/engine-source.ts";
import type { Host } from "./host.ts";
import type { Drive } from "../../core/drive.ts";
import { sshConnection } from "./ssh-connection.ts";
import type { SshHostArgs, SshHostsArgs } from "./ssh-hosts-args.ts";
import { validateSshAccess, validateSshHosts, withDefaults } from "./ssh-hosts-validation.ts";

/**
 * Existing machines, connected by ssh. Waits until each answers, installs Docker Engine if `install` says so and it is
 * missing, and checks the drives. Destroying this resource leaves the machines unchanged.
 *
 * @example
 * const hosts = new SshHosts("hosts", {
 *   hosts: { a: { address: "192.0.2.1" }, b: { address: "192.0.2.2" }, c: { address: "192.0.2.3" } },
 *   defaults: { user: "admin", drives: { d1: { path: "/mnt/disk1" }, d2: { path: "/mnt/disk2" } } },
 *   install: "docker",
 * });
 * const swarm = new Swarm("swarm", { managers: hosts.list });
 */
export class SshHosts extends pulumi.ComponentResource {
  /** The hosts by key. */
  readonly hosts: Readonly<Record<string, Host>>;

  constructor(name: string, args: SshHostsArgs, opts?: pulumi.ComponentResourceOptions) {
    const subject = `SshHosts "${name}"`;
    throwIfInvalid(subject, validateSshHosts(args));
    super("swarm:index:SshHosts", name, {}, opts);
    const { install = false, timeoutSeconds = 300 } = args;

    const machines = Object.entries(args.hosts).map(([key, given]) => {
      const host = withDefaults(key, given, args.defaults);
      const check = (known: SshHostArgs) => throwIfInvalid(subject, validateSshAccess(`hosts.${key}`, known));
      const { hostname, drives } = host;
      return { key, host, wish: { connection: connectionOf(host, check), hostname, install, drives, timeoutSeconds } };
    });
    const surveys = machines.map(
      ({ key, wish }) => new HostInspection(`${name}-${key}-survey`, wish, { parent: this }),
    );
    const surveyed = new InspectionBarrier(`${name}-surveyed`, { parent: this, dependsOn: surveys });
    this.hosts = Object.fromEntries(
      machines.map(({ key, host, wish }) => {
        const machine = new Machine(`${name}-${key}`, wish, { parent: this, dependsOn: surveyed });
        return [key, toHost(key, host, wish.connection, machine)];
      }),
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
    if (!host) throw new Error(`host "${key}" is not there: choose one of ${Object.keys(this.hosts).join(", ")}`);
    return host;
  }
}

/** Validates Outputs once they are known. */
function connectionOf(host: SshHostArgs, check: (known: SshHostArgs) => void): pulumi.Output<EngineConnection> {
  const { address, user, port, identityFile, jumpHost, jumpHostKey, hostKey } = host;
  const given = { address, user, port, identityFile, jumpHost, jumpHostKey, hostKey };
  return pulumi.output(given).apply((access) => {
    check(access);
    return sshConnection(access);
  });
}

function toHost(
  key: string,
  { address, hostname, zone, labels, drives, privateAddress, endpointAddress }: ReturnType<typeof withDefaults>,
  engine: pulumi.Output<EngineConnection>,
  { machineId, ready }: Machine,
): Host {
  return {
    ...{ key, hostname, zone, labels, drives, engine, machineId, ready },
    privateAddress: pulumi.output(privateAddress ?? address),
    endpointAddress: pulumi.output(endpointAddress ?? address),
  };
}

interface MachineProps {
  connection: pulumi.Input<EngineConnection>;
  hostname: string;
  install: EngineSource | false;
  drives: Readonly<Record<string, Drive>>;
  timeoutSeconds: pulumi.Input<number>;
}

/** The inspection of a machine. A problem with one machine prevents changes to all of them. */
class HostInspection extends SwarmResource {
  constructor(name: string, props: MachineProps, opts: pulumi.CustomResourceOptions) {
    super("HostInspection", name, { ...props }, opts);
  }
}

/** Waits for all inspections before any machine is changed. */
class InspectionBarrier extends SwarmResource {
  constructor(name: string, opts: pulumi.CustomResourceOptions) {
    super("InspectionBarrier", name, {}, opts);
  }
}

/** The prepared machine. */
class Machine extends SwarmResource {
  declare readonly machineId: pulumi.Output<string>;
  declare readonly ready: pulumi.Output<boolean>;

  constructor(name: string, props: MachineProps, opts: pulumi.CustomResourceOptions) {
    super("SshHost", name, { machineId: undefined, engineVersion: undefined, ready: undefined, ...props }, opts);
  }
}
