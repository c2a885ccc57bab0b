import type * as pulumi from "@pulumi/pulumi";
import type { EngineSource } from "../../core/engine-source.ts";
import type { Drive } from "../../core/drive.ts";

/** Settings of an ssh connection. Like `ssh` itself, it takes omitted settings from `~/.ssh/config`. */
export interface SshConnectionArgs {
  /**
   * User to log in as: root, or a member of the group `docker`. To install Docker Engine or create folders, the user
   * needs `sudo` without a password.
   *
   * @default - the user in `~/.ssh/config`, or else your own user name
   */
  user?: pulumi.Input<string>;
  /**
   * Port of the ssh server.
   * @default 22
   */
  port?: pulumi.Input<number>;
  /**
   * Path of the private key, on the machine where Pulumi runs.
   * @default - the keys of the ssh agent and of `~/.ssh`
   */
  identityFile?: pulumi.Input<string>;
  /**
   * Jump host for the connection: `[user@]host[:port]`.
   * @default - none
   * @example "me@bastion.example"
   */
  jumpHost?: pulumi.Input<string>;
  /**
   * Public key of the jump host, in the format of `hostKey`.
   * @default - the key in `known_hosts`; an unknown machine is refused
   */
  jumpHostKey?: pulumi.Input<string>;
}

/** An existing machine. */
export interface SshHostArgs extends SshConnectionArgs {
  /** Hostname or IP address of its ssh server. */
  address: pulumi.Input<string>;
  /**
   * Public key of the machine's ssh server, as in its `/etc/ssh/ssh_host_ed25519_key.pub`. No other key is accepted.
   * @default - the key in `known_hosts`; an unknown machine is refused
   * @example "ssh-ed25519 AAAAC3Nza…"
   */
  hostKey?: pulumi.Input<string>;
  /**
   * The machine's hostname, a lowercase DNS label.
   * @default - the host's key
   */
  hostname?: string;
  /**
   * Address at which the other hosts reach it, and on which its node listens. Must be one of the machine's own
   * addresses. Hosts behind NAT are not supported as nodes of one Swarm: connect them by a VPN or another private
   * network, and give their addresses there. Encrypted networks do not work through NAT, so the preflight refuses them;
   * for other networks it warns.
   * @default - `address`
   */
  privateAddress?: pulumi.Input<string>;
  /**
   * Address at which clients reach the ports published on it.
   * @default - `address`
   */
  endpointAddress?: pulumi.Input<string>;
  /**
   * Failure domain, such as an availability zone.
   * @default - none
   */
  zone?: string;
  /**
   * Labels of its Swarm node, in addition to those of `defaults`.
   * @default - none
   */
  labels?: Record<string, string>;
  /**
   * Drives for MinIO, by key. A `path` must be the mount point of a disk other than the root disk, which is checked.
   * The drive's subfolder is created on it.
   *
   * @default - one Docker volume, `drive1`
   * @example { d1: { path: "/mnt/disk1" }, d2: { path: "/mnt/disk2" } }
   */
  drives?: Record<string, Drive>;
}

/** The machines, and their common settings. */
export interface SshHostsArgs {
  /** The machines, by key: your names for them, lowercase DNS labels. Keep a key when you replace its machine. */
  hosts: Record<string, SshHostArgs>;
  /**
   * Settings for every host that does not override them.
   * @default - none
   */
  defaults?: SshConnectionArgs & Pick<SshHostArgs, "labels" | "drives">;
  /**
   * Source of Docker Engine for hosts without it: Docker's repository, or the distribution's own packages (Debian,
   * Ubuntu, Fedora, Amazon Linux). The engine is started, now and at every boot, and the user is added to the group
   * `docker`. With `false` nothing is installed or started, and a host without an engine is refused.
   *
   * @default false
   */
  install?: EngineSource | false;
  /**
   * How long to wait for a machine's ssh server and for its engine, in seconds. The default is enough for a machine
   * that is still booting.
   *
   * @default 300
   */
  timeoutSeconds?: pulumi.Input<number>;
}
