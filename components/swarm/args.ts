import type * as pulumi from "@pulumi/pulumi";
import type { NodeAvailability } from "../../engine/types.ts";
import type { Host } from "../hosts/host.ts";

/** Which hosts make up a Swarm, and its settings. */
export interface SwarmArgs {
  /**
   * Hosts that manage the Swarm; they run tasks as well. An odd number: of 3 one may fail, of 5 two.
   *
   * @example managers: [new LocalHost("laptop")]
   */
  managers: Host[];

  /**
   * Hosts that only run tasks.
   * @default - none
   */
  workers?: Host[];

  /**
   * Pools from which networks without a subnet of their own get one, in CIDR form. Fixed for the life of the Swarm: a
   * change is refused unless `allowOutage`.
   * @default - the Engine's own, ["10.0.0.0/8"]
   */
  addressPools?: pulumi.Input<pulumi.Input<string>[]>;

  /**
   * Prefix length of the subnets taken from `addressPools`. Fixed for the life of the Swarm.
   * @default - the Engine's own, 24
   */
  subnetSize?: pulumi.Input<number>;

  /**
   * UDP port for traffic between hosts (VXLAN). Fixed for the life of the Swarm. Keep the default for encrypted
   * networks: other ports break encryption in some engines (moby#45635).
   * @default - the Engine's own, 4789
   */
  dataPathPort?: pulumi.Input<number>;

  /**
   * Whether managers are locked when their engine restarts, until somebody gives the `unlockKey`. The next `up` does.
   * @default - left as it is; off in a new Swarm
   */
  autolock?: pulumi.Input<boolean>;

  /**
   * Lifetime of the nodes' certificates, in days. They are renewed by themselves.
   * @default - left as it is; 90 in a new Swarm
   */
  certificateExpiryDays?: pulumi.Input<number>;

  /**
   * Names the present join tokens. With another value both tokens are made anew, and the former ones let nobody in any
   * more; nodes that have joined stay, and neither certificates nor keys change.
   *
   * @default - the tokens stay as they are
   * @example "2027-01"
   */
  joinTokenGeneration?: pulumi.Input<string | number>;

  /**
   * How many ended tasks Swarm remembers for each replica.
   * @default - left as it is; 5 in a new Swarm
   */
  taskHistoryLimit?: pulumi.Input<number>;

  /**
   * Whether nodes take tasks, by host key: `active`, `pause` or `drain`.
   * @default - left as it is
   */
  availability?: Record<string, pulumi.Input<NodeAvailability>>;

  /**
   * Whether a Swarm that is there already may be taken on. It is never left by this program then, and only what is
   * asked for here changes in it.
   * @default false: a Swarm that is there already is refused
   */
  adopt?: boolean;

  /**
   * Whether changes may be made that end the Swarm or a network in use and make it anew. Data in volumes survives;
   * services are down meanwhile.
   * @default false: such changes are refused, with the list of what would be lost
   */
  allowOutage?: boolean;

  /**
   * How long joining, draining and leaving may take each, in seconds.
   * @default 120
   */
  timeoutSeconds?: pulumi.Input<number>;
}
