import type * as pulumi from "@pulumi/pulumi";
import type { NodeAvailability } from "../../engine/types.ts";
import type { Host } from "../hosts/host.ts";

/** The hosts and settings of a Swarm. */
export interface SwarmArgs {
  /**
   * Hosts that manage the Swarm. They run tasks as well. Use an odd number: with 3 managers one may fail, with 5 two.
   *
   * @example managers: [new Host("laptop")]
   */
  managers: Host[];

  /**
   * Hosts that only run tasks.
   * @default - none
   */
  workers?: Host[];

  /**
   * Address pools in CIDR form, from which networks without an explicit subnet get one. Immutable: a change replaces
   * the Swarm, and is rejected unless `allowOutage` is set.
   * @default - the Engine's default, ["10.0.0.0/8"]
   */
  addressPools?: pulumi.Input<pulumi.Input<string>[]>;

  /**
   * Prefix length of the subnets taken from `addressPools`. Immutable, like `addressPools`.
   * @default - the Engine's default, 24
   */
  subnetSize?: pulumi.Input<number>;

  /**
   * UDP port for traffic between hosts (VXLAN). Immutable, like `addressPools`. Keep the default for encrypted
   * networks: other ports break encryption in some engines (moby#45635).
   * @default - the Engine's default, 4789
   */
  dataPathPort?: pulumi.Input<number>;

  /**
   * Whether a manager is locked after its engine restarts, until it gets the `unlockKey`. The next `up` unlocks it.
   * @default - unchanged; false in a new Swarm
   */
  autolock?: pulumi.Input<boolean>;

  /**
   * Lifetime of the nodes' certificates, in days. Swarm renews them automatically.
   * @default - unchanged; 90 in a new Swarm
   */
  certificateExpiryDays?: pulumi.Input<number>;

  /**
   * Any name for the current join tokens. Changing it rotates both tokens and invalidates the old ones. Nodes that have
   * already joined stay, and certificates and keys do not change.
   *
   * @default - the tokens are not rotated
   * @example "2027-01"
   */
  joinTokenGeneration?: pulumi.Input<string>;

  /**
   * Number of ended tasks that Swarm keeps for each replica.
   * @default - unchanged; 5 in a new Swarm
   */
  taskHistoryLimit?: pulumi.Input<number>;

  /**
   * Availability of nodes, by host key: `active` takes tasks, `pause` only keeps those it has, `drain` moves them away.
   * @default - unchanged
   */
  availability?: Record<string, pulumi.Input<NodeAvailability>>;

  /**
   * Whether to adopt an existing Swarm. This program never leaves an adopted Swarm, and changes only the settings that
   * are given here.
   * @default false: an existing Swarm is rejected
   */
  adopt?: boolean;

  /**
   * Whether changes may replace the Swarm or a network in use. Data in volumes survives, but services are down in the
   * meantime.
   * @default false: such changes are rejected, with a list of what would be lost
   */
  allowOutage?: boolean;

  /**
   * Time limit for each join, drain and leave of a node, in seconds. The wait for a machine to boot comes before, and is
   * limited by `timeoutSeconds` of the host.
   * @default 120
   */
  timeoutSeconds?: pulumi.Input<number>;
}
