import type * as pulumi from "@pulumi/pulumi";
import type { Drive } from "../../core/drive.ts";
import type { EngineSource } from "../../core/engine-source.ts";
import type { EngineTls } from "./engine-tls.ts";

/** Settings of an ssh connection. Like `ssh` itself, it takes omitted settings from `~/.ssh/config`. */
export interface SshConnectionArgs {
  /**
   * User to log in as: root, or a member of the group `docker`. To install Docker Engine or create folders, the user
   * needs `sudo` without a password.
   *
   * @default - the user in `~/.ssh/config`, otherwise your own user name
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

/** The ssh connection to one machine. */
export interface SshArgs extends SshConnectionArgs {
  /** Hostname or IP address of the machine's ssh server, or its alias in `~/.ssh/config`. */
  address: pulumi.Input<string>;
  /**
   * Public key of the machine's ssh server, as in its `/etc/ssh/ssh_host_ed25519_key.pub`. No other key is accepted.
   * @default - the key in `known_hosts`; an unknown machine is refused
   * @example "ssh-ed25519 AAAAC3Nza…"
   */
  hostKey?: pulumi.Input<string>;
}

/** The settings of a host, however its engine is reached. */
export interface HostSettings {
  /**
   * The hostname that the engine must report (`docker info --format '{{.Name}}'`). An engine with another name is an
   * error. Plain: it is validated before anything is created.
   * @default - any: the engine's own
   */
  hostname?: string;
  /**
   * IP address at which the other hosts of the Swarm reach this one, and on which its node listens. Must be one of the
   * machine's own. A node keeps the address with which it joined the Swarm. Not needed for a Swarm of one host.
   * Hosts behind NAT are not supported as nodes of one Swarm: connect them by a VPN or another private network, and give
   * their addresses there. Encrypted networks do not work through NAT, so the preflight refuses them; for other networks it
   * warns.
   * @default - the address of its ssh server, or the one at which ssh reaches the machine if that is a name; without ssh
   * "127.0.0.1"
   * @example "192.168.1.10"
   */
  privateAddress?: pulumi.Input<string>;
  /**
   * IP address at which the host's node sends and receives the traffic of overlay networks (VXLAN), if a separate
   * interface carries it. Must be one of the machine's own addresses. Set it on all hosts of a Swarm, or on none. A
   * node keeps the address with which it joined the Swarm.
   * @default - `privateAddress`
   * @example "10.0.20.11"
   */
  dataPathAddress?: pulumi.Input<string>;
  /**
   * Host name or IP address at which clients reach the ports published on the host.
   * @default - the host in the address of its ssh server or engine (for an alias in `~/.ssh/config`, its `HostName`);
   * "127.0.0.1" for an engine on this machine
   */
  endpointAddress?: pulumi.Input<string>;
  /**
   * Failure domain, such as an availability zone. Plain.
   * @default - none
   */
  zone?: string;
  /**
   * Labels of the host's Swarm node. Plain.
   * @default - none
   */
  labels?: Record<string, string>;
  /**
   * Drives for MinIO, by key. Over ssh, a `path` must be the mount point of a disk other than the root disk, which is
   * checked, and the drive's subfolder is created on it. Plain: drives decide how many members a store has.
   * @default - one Docker volume, `drive1`: further volumes on the same disk would not make data safer
   * @example { d1: {}, d2: {}, d3: { path: "/mnt/disk3" } }
   */
  drives?: Record<string, Drive>;
}

/** The connection to a machine's engine, and the machine's settings. Without arguments: this machine. */
export interface HostArgs extends HostSettings {
  /**
   * Your name for the host: a lowercase DNS label. Resource names and output keys are derived from it. Keep it when you
   * replace the machine. Plain: it names resources.
   * @default - the resource's name
   */
  key?: string;
  /**
   * Address of the engine, in the format of `DOCKER_HOST`. Not with `ssh`. Plain: it is validated before anything is
   * created.
   * @default - the engine that the docker CLI uses: `DOCKER_HOST`, the current docker context, or the platform's socket
   */
  engine?: string;
  /**
   * Certificates for a `tcp://` engine.
   * @default - the certificates of `DOCKER_TLS_VERIFY`, `DOCKER_CERT_PATH` or the docker context
   */
  tls?: EngineTls;
  /**
   * Allows a `tcp://` engine on another machine without TLS. Anyone on the network path can then read every secret and
   * become root on the engine's machine. Plain.
   *
   * @default false
   */
  allowPlainTcp?: boolean;
  /**
   * The ssh connection to another machine. Before the engine is used, Pulumi logs in to check the machine's drives, and
   * to install and start what is missing.
   * @default - none: only the engine is used
   */
  ssh?: SshArgs;
  /**
   * Source of Docker Engine if the machine has none: Docker's repository, or the distribution's own packages (Debian,
   * Ubuntu, Fedora, Amazon Linux). The engine is started, now and at every boot, and the user is added to the group
   * `docker`. Needs `ssh`. Plain.
   * @default - nothing is installed or started, and a machine without an engine is refused
   */
  install?: EngineSource;
  /**
   * How long to wait for the engine to answer, and with `ssh` before that for the ssh server, each in seconds. The
   * default for `ssh` is enough for a machine that is still booting. Joining a Swarm and starting a service have limits
   * of their own: `timeoutSeconds` of the Swarm and of the service.
   * @default - 300 with `ssh`, otherwise 30
   */
  timeoutSeconds?: pulumi.Input<number>;
}

/** An existing machine of `SshHosts`. */
export interface SshHostArgs extends SshArgs, HostSettings {}

/** Settings for every host of `SshHosts` that does not override them. */
export interface SshHostDefaults extends SshConnectionArgs {
  /**
   * Labels of every host's Swarm node, in addition to the host's own. Plain.
   * @default - none
   */
  labels?: Record<string, string>;
  /**
   * Drives for MinIO, by key. Plain.
   * @default - one Docker volume, `drive1`
   */
  drives?: Record<string, Drive>;
}

/** The machines, and their common settings. */
export interface SshHostsArgs {
  /**
   * The machines, by key: your names for them, lowercase DNS labels. Keep a key when you replace its machine. The map is
   * plain, because its keys name resources.
   */
  hosts: Record<string, SshHostArgs>;
  /**
   * Settings for every host that does not override them.
   * @default - none
   */
  defaults?: SshHostDefaults;
  /**
   * Source of Docker Engine for hosts without it; see `HostArgs.install`. Plain.
   * @default - nothing is installed or started, and a host without an engine is refused
   */
  install?: EngineSource;
  /**
   * How long to wait for each machine's ssh server, and then for its engine, each in seconds. The default is enough for
   * a machine that is still booting. Joining a Swarm has a limit of its own: `timeoutSeconds` of the Swarm.
   *
   * @default 300
   */
  timeoutSeconds?: pulumi.Input<number>;
}
