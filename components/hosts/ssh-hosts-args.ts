import type * as pulumi from "@pulumi/pulumi";
import type { EngineSource } from "../../core/engine-source.ts";
import type { Drive } from "../../core/drive.ts";

/** How to come in by ssh. What is not given is as `~/.ssh/config` says, as it is for `ssh` itself. */
export interface SshConnectionArgs {
  /**
   * User to log in as; root, or a user of the group `docker`. Where something is to be installed, or a folder to be
   * made, the user needs `sudo` without a password.
   *
   * @default - as `~/.ssh/config` says, else your own name
   */
  user?: pulumi.Input<string>;
  /**
   * Port of the ssh server.
   * @default 22
   */
  port?: pulumi.Input<number>;
  /**
   * File with the private key, on the machine that Pulumi runs on.
   * @default - the keys of the agent and of `~/.ssh`
   */
  identityFile?: pulumi.Input<string>;
  /**
   * Machine by way of which this one is reached: `[user@]host[:port]`.
   * @default - none
   * @example "me@bastion.example"
   */
  jumpHost?: pulumi.Input<string>;
  /**
   * Public key of the jump host, as with `hostKey`.
   * @default - what `known_hosts` says; a machine that it does not know is refused
   */
  jumpHostKey?: pulumi.Input<string>;
}

/** An existing machine. */
export interface SshHostArgs extends SshConnectionArgs {
  /** Name or address under which it answers to ssh. */
  address: pulumi.Input<string>;
  /**
   * The machine's own public key, type and key as in its `/etc/ssh/ssh_host_ed25519_key.pub`: no other is accepted.
   * @default - what `known_hosts` says; a machine that it does not know is refused
   * @example "ssh-ed25519 AAAAC3Nza…"
   */
  hostKey?: pulumi.Input<string>;
  /**
   * What the machine calls itself, a lowercase DNS label.
   * @default - the host's key
   */
  hostname?: string;
  /**
   * Address by which the other hosts reach it; one of its own, on which its node listens. Hosts behind a translation of
   * addresses (NAT) are not supported as nodes of one Swarm: give them a network of their own between them, such as a
   * VPN, and their addresses there. What is encrypted does not survive the translation, so that the preflight refuses
   * it, and warns of it where the network is not encrypted.
   * @default - `address`
   */
  privateAddress?: pulumi.Input<string>;
  /**
   * Address by which clients reach the ports published on it.
   * @default - `address`
   */
  endpointAddress?: pulumi.Input<string>;
  /**
   * Failure domain.
   * @default - none
   */
  zone?: string;
  /**
   * Labels of its Swarm node, beside those of `defaults`.
   * @default - none
   */
  labels?: Record<string, string>;
  /**
   * Drives for MinIO by key. One with a `path` is a disk that is mounted there: it is checked to be one and not the root
   * disk, and the subfolder is made on it.
   *
   * @default - one Docker volume, `drive1`
   * @example { d1: { path: "/mnt/disk1" }, d2: { path: "/mnt/disk2" } }
   */
  drives?: Record<string, Drive>;
}

/** The machines, and what holds for all of them. */
export interface SshHostsArgs {
  /** The machines by your names for them: lowercase DNS labels. Identity: a name outlives a machine. */
  hosts: Record<string, SshHostArgs>;
  /**
   * What holds for every host that does not say otherwise.
   * @default - nothing
   */
  defaults?: SshConnectionArgs & Pick<SshHostArgs, "labels" | "drives">;
  /**
   * Where Docker Engine is installed from on hosts that have none: Docker's repository, or the distribution's own
   * packages (Debian, Ubuntu, Fedora, Amazon Linux). It is then started, also with the machine, and the user comes into
   * the group `docker`. With `false` nothing is installed or started: a host without an engine is refused.
   *
   * @default false
   */
  install?: EngineSource | false;
  /**
   * How long a machine may take until it lets in, and its engine until it answers, in seconds; enough for one that is
   * still starting.
   *
   * @default 300
   */
  timeoutSeconds?: pulumi.Input<number>;
}
