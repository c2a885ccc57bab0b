import type * as pulumi from "@pulumi/pulumi";
import type { AllowFrom } from "../firewall/firewall.ts";
import type { DataNetwork } from "../networks/node-network/data-network.ts";
import type { Swarm } from "../swarm/swarm.ts";
import type { TaskLimits } from "../service/task-limits.ts";
import type { KmsKey } from "./security/kms-key-args.ts";
import type { MinioMetrics } from "./iam/metrics-args.ts";
import type { HealthcheckClient } from "./spec/probes.ts";
import type { MinioTls } from "./security/tls.ts";

/** Hosts that together hold erasure sets of their own. */
export interface MinioPool {
  /**
   * Keys of the pool's hosts in the Swarm. A key is a slot: another machine may take a key over, and its data heals;
   * the keys themselves stay as they are once the pool is formed. A host belongs to one pool.
   */
  hosts: string[];

  /**
   * How many drives of each host, the first ones by key. It stays as it is once the pool is formed.
   * @default - all drives, of which the hosts of a pool then have the same
   */
  drivesPerHost?: number;
}

/**
 * How the store is cut into services. `global`: one service per pool with a task on each member. `replicated`: one
 * service per host, with one replica that is pinned there. Both are the same single store; `global` restarts all
 * members at once when they must agree on a change, `replicated` one after another. It is chosen for life: to change
 * it, destroy the component (the drives stay) and make it again.
 */
export type MinioMode = "global" | "replicated";

/**
 * @example
 * // Every drive of every host of the Swarm, one store.
 * new MinioService("store", { swarm, network });
 *
 * @example
 * // Three of the hosts; nothing published, reachable within the overlay as http://store:9000.
 * new MinioService("store", { swarm, network, pools: { main: { hosts: ["a", "b", "c"] } }, expose: false });
 */
export interface MinioServiceArgs extends TaskLimits {
  /** The Swarm that runs the store. */
  swarm: Swarm;

  /**
   * The network its members talk over: an `OverlayNetwork`; a `MacvlanNetwork` or `IpvlanNetwork`, on which clients
   * reach the members at their own addresses and nothing is published on hosts; the `HostNetwork`; for a store on one
   * host a `BridgeNetwork`. What each gives up, it says itself. Another one restarts all members at once.
   */
  network: DataNetwork;

  /**
   * Further networks, overlay or bridge, from which the store is reached by its name as well. One more or less attaches or
   * detaches the members in turn; nothing is replaced.
   * @default - none
   * @example [applications]
   */
  networks?: DataNetwork[];

  /**
   * Pools by key. Together they are one store: a new object goes to the pool with the most room. A pool stays as it
   * was formed; another one beside it is how a store grows. MinIO keeps its pools in order, which is that of their
   * keys: give a further pool a key that sorts after the former ones. A pool that MinIO has emptied may be taken out:
   * with `mc admin decommission start` its data moves to the other pools, and once `… status` says Complete it is no
   * longer needed here. That is asked of the store before anything changes, and a pool that still holds data is
   * refused. The other pools' members restart once, at the same time. The drives of its hosts stay: empty them before
   * they serve in another pool.
   * @default - one pool, `main`, of all hosts of the Swarm
   * @example { "2026": { hosts: ["a", "b", "c", "d"] }, "2027": { hosts: ["e", "f"], drivesPerHost: 4 } }
   */
  pools?: Record<string, MinioPool>;

  /**
   * One service per pool, or one per host.
   * @default "global"
   */
  mode?: MinioMode;

  /**
   * Whether a store that something else created is adopted: services of these names and the volumes that hold their
   * data. Give its present `rootUser` and `rootPassword` with it. A change of what its members must agree in restarts
   * them all once.
   * @default false: such services and volumes are refused in the preview
   */
  adopt?: boolean;

  /**
   * Name of the store in the Swarm, a lowercase DNS label. The store answers to it on the overlay; a pool's service is
   * `<serviceName>-<pool>`, a member `<serviceName>-<hostname>`, a drive's volume `<serviceName>-<drive>`. It stays
   * for life.
   * @default - the component's name
   */
  serviceName?: string;

  /**
   * Image of MinIO by tag and digest; or one that is on every host, by its id, or by the name that pulumi-swarm gave it
   * when it built it.
   * @default - `DEFAULT_MINIO_IMAGE`: Silo, the maintained fork of MinIO
   * @example "registry.example/silo:RELEASE.2026-09-16T00-00-00Z@sha256:635197cb…"
   */
  image?: pulumi.Input<string>;

  /**
   * What the image has on board to ask MinIO how it is: `silo` (its own probe) or `mc` (MinIO's client). To be given
   * when `image` is an Output.
   * @default - `silo` for an image whose name ends in `silo`, else `mc`
   */
  tools?: HealthcheckClient;

  /**
   * Name of the root user, 3 to 64 letters, digits and `._-`.
   * @default - a generated name
   */
  rootUser?: pulumi.Input<string>;

  /**
   * Password of the root user, 8 to 128 printable ASCII characters without spaces and colons. Give it as a secret. A
   * store that exists already keeps its password this way, also after its state was lost. Another password here is a
   * rotation: all members restart at once, a short outage, and the former one is refused from then on. When the
   * argument is left out again, the password stays.
   * @default - a generated password
   * @example new pulumi.Config().requireSecret("rootPassword")
   */
  rootPassword?: pulumi.Input<string>;

  /**
   * Another text here generates another root password; not together with `rootPassword`. All members restart at once, a
   * short outage, and the former password is refused from then on; users and policies stay.
   * @default - the password stays
   * @example "2026-11"
   */
  rootPasswordGeneration?: pulumi.Input<string>;

  /**
   * TLS for everybody who speaks to the store, its members among themselves included: `true` or settings for
   * certificates of an authority of its own (output `caCertificate`: what clients are to trust), or a certificate from
   * elsewhere. To turn it on or off restarts all members at once.
   * @default - plain HTTP
   * @example true
   * @example { names: ["s3.example.com"] }
   */
  tls?: MinioTls;

  /**
   * Who may read the metrics at the URLs of the output `metricsEndpoints`. With `token` a user is made that may do just
   * that, and the output `metricsToken` is what Prometheus is given; another root password makes another token. With `public` everybody who reaches the store may. To go public or back restarts all members at once.
   * @default - nobody but users whose policy allows `admin:Prometheus`, and root
   */
  metrics?: MinioMetrics;

  /**
   * The key under which the store encrypts, for objects that are to be encrypted at rest. It is yours: nothing here
   * makes or keeps it, and whoever loses it loses what was encrypted under it, objects, users and settings. With the
   * same key a store that is made again on the same drives goes on. A store without may get one, with a restart of all
   * members at once; from then on it is for life.
   * @default - nothing is encrypted by the store
   * @example { name: "store-2026", key: new pulumi.Config().requireSecret("kmsKey") }
   */
  kmsKey?: KmsKey;

  /**
   * Whether the S3 API and the console (see `consolePort`) are published on every member. Swarm publishes on all
   * addresses of a host.
   * With `false` the store is reached from its networks alone.
   * @default - true; false where the members' network publishes no ports (`MacvlanNetwork`, `IpvlanNetwork`)
   */
  expose?: boolean;

  /**
   * Port of the S3 API on every member, when published. Inside the overlay it is always 9000.
   * @default 9000
   */
  port?: number;

  /**
   * Port of the console on every member, when published, and then inside the overlay as well: MinIO sends a browser that
   * opens the S3 API to this port. With `false` only the S3 API is published. Without `tls` the console takes the root
   * password in plain HTTP. Another port restarts all members at once.
   * @default 9001
   */
  consolePort?: number | false;

  /**
   * Addresses and ranges, IPv4 and IPv6, that may reach the published ports. All others may not, containers on a
   * member's host among them; connections from the host itself always may. Hosts must be reached by ssh (`SshHosts`), or
   * be this machine: Linux, with root's rights at hand. `["127.0.0.1"]` is the member's own host alone.
   * @default - everybody
   * @example ["10.1.0.0/16", "198.51.100.7"]
   */
  allowFrom?: AllowFrom;

  /**
   * Further settings of MinIO, variables that begin with `MINIO_`. Not for secrets: the environment of a container is
   * readable by all who may inspect it.
   * @default - none
   * @example { MINIO_REGION: "eu-central-1" }
   */
  environment?: Record<string, pulumi.Input<string>>;

  /**
   * Time a member has to end what it is doing before it is killed, in seconds. MinIO itself takes up to 30.
   * @default 60
   */
  stopGraceSeconds?: pulumi.Input<number>;

  /**
   * Whether a change that fails is undone: the members get their former settings back, and `pulumi up` fails once the
   * store is ready again. With `false` they stay as the change left them, and the next `pulumi up` goes on from there.
   * @default true
   */
  rollback?: boolean;

  /**
   * How long members that have just started must report that the store works, in seconds: before `up` calls it ready,
   * and before the next member restarts. It comes on top of `timeoutSeconds`. A member retries a drive that it did not
   * reach at its start every 15 s, and its health does not show that it lacks one. With less than 16 a member may answer
   * NoSuchKey right after `up`, and the next member may restart while this one still lacks drives. To change it alone
   * restarts nothing.
   * @default - 16 with several hosts, else 0
   * @example 1
   */
  minReadySeconds?: pulumi.Input<number>;

  /**
   * How long a create or an update may take until the store has write quorum, in seconds.
   * @default 600
   */
  timeoutSeconds?: pulumi.Input<number>;
}
