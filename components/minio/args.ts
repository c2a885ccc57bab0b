import type * as pulumi from "@pulumi/pulumi";
import type { AllowFrom } from "../firewall/firewall.ts";
import type { SwarmNetwork } from "../networks/network.ts";
import type { Swarm } from "../swarm/swarm.ts";
import type { ServiceTransform } from "../service/service.ts";
import type { RegistryLoginArgs } from "../service/registry-credentials.ts";
import type { TaskLimits } from "../service/task-limits.ts";
import type { TaskSettings } from "../service/task-settings.ts";
import type { MinioSecurityArgs } from "./security/args.ts";
import type { MinioMetrics } from "./iam/metrics-access.ts";
import type { HealthcheckClient } from "./spec/probes.ts";

/** A server pool: hosts with drives that form erasure sets. */
export interface MinioPool {
  /**
   * Keys of the pool's hosts in the Swarm. Immutable. To replace a host, keep its key and give it another machine: MinIO
   * heals its data. A host can be in one pool only.
   * Plain: it decides which resources exist.
   */
  hosts: string[];

  /**
   * Number of drives to use on each host, the first ones by key. Immutable.
   * Plain: the preview checks it.
   * @default - all drives, which must then be the same on all hosts of the pool
   */
  drivesPerHost?: number;
}

/**
 * How the store is divided into Swarm services. `global`: one service per pool, with a task on each member.
 * `replicated`: one service per host, with one replica pinned to it. A change of a setting that all members must share
 * restarts them at the same time with `global`, and one after another with `replicated`. Immutable: to change it,
 * destroy the component (the drives stay) and create it again.
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
export interface MinioServiceArgs extends MinioSecurityArgs, TaskLimits, TaskSettings, RegistryLoginArgs {
  /** The Swarm that runs the store. */
  swarm: Swarm;

  /**
   * The network between members: an `OverlayNetwork`; a `MacvlanNetwork` or `IpvlanNetwork`, on which clients use the
   * members' own addresses and nothing is published on hosts; the `HostNetwork`; or, for a store on one host, a
   * `BridgeNetwork`. Their reference pages list the limitations. Changing it restarts all members at once.
   */
  network: SwarmNetwork;

  /**
   * Further overlay or bridge networks on which the store is reachable by its name. Adding or removing one restarts the
   * members in turn; nothing is replaced.
   * @default - none
   * @example [applications]
   */
  networks?: SwarmNetwork[];

  /**
   * Server pools by key. Together they are one store: new objects go to the pool with the most free space. To grow the
   * store, add a pool. MinIO orders pools by key and does not allow the order to change, so a new pool's key must sort
   * after the existing ones.
   *
   * To remove a pool, start `mc admin decommission start`, which moves its data to the other pools, and delete it here
   * once `mc admin decommission status` reports Complete. A pool that is not decommissioned is an error before anything
   * changes. The members of the other pools then restart once, at the same time. The drives of the removed hosts keep
   * their contents: erase them before they join another pool.
   * Plain: it decides which resources exist.
   * @default - one pool, `main`, of all hosts of the Swarm
   * @example { "2026": { hosts: ["a", "b", "c", "d"] }, "2027": { hosts: ["e", "f"], drivesPerHost: 4 } }
   */
  pools?: Record<string, MinioPool>;

  /**
   * One service per pool, or one per host. Immutable.
   * Plain: it decides which resources exist.
   * @default "global"
   */
  mode?: MinioMode;

  /**
   * Whether to adopt an existing store: services of these names, and volumes with their data. Give its present
   * `rootUser` and `rootPassword`. All members restart once if a setting that they must share changes.
   * Plain: the preview checks it.
   * @default false: existing services and volumes are an error in the preview
   */
  adopt?: boolean;

  /**
   * Name of the store in the Swarm, a lowercase DNS label, and its name on the overlay. The service of a pool is called
   * `<serviceName>-<pool>`, a member `<serviceName>-<hostname>`, the volume of a drive `<serviceName>-<drive>`.
   * Immutable.
   * Plain: services and volumes are named after it.
   * @default - the component's name
   */
  serviceName?: string;

  /**
   * MinIO's image by tag and digest. An image that every host already has can also be given by its id, or by the name
   * that pulumi-swarm gave it when it built the image.
   * @default - `DEFAULT_MINIO_IMAGE`: Silo, the maintained fork of MinIO
   * @example "registry.example/silo:RELEASE.2026-09-16T00-00-00Z@sha256:635197cb…"
   */
  image?: pulumi.Input<string>;

  /**
   * Program in the image that checks MinIO's health: `silo` (its own health check) or `mc` (MinIO's client). Required if
   * `image` is an Output.
   * Plain: the preview shows how a change is rolled out.
   * @default - `silo` if the image's name ends in `silo`, otherwise `mc`
   */
  tools?: HealthcheckClient;

  /**
   * Who can read the metrics at the output `metricsEndpoints`. `token` creates a user that can do nothing else, and the
   * output `metricsToken` for Prometheus, which changes with the root password. `public` needs no token. Changing to or
   * from `public` restarts all members at once.
   * Plain: it decides which resources exist.
   * @default - only root, and users with a policy that allows `admin:Prometheus`
   */
  metrics?: MinioMetrics;

  /**
   * Whether to publish the S3 API and the console on every member. Swarm publishes on all addresses
   * of a host. With `false` the store is reachable on its networks only.
   * Plain: the preview checks the ports.
   * @default - true; false with a `MacvlanNetwork` or `IpvlanNetwork`, which publish no ports
   */
  expose?: boolean;

  /**
   * Published port of the S3 API on every member. Within the overlay it is always 9000.
   * Plain: the preview checks it.
   * @default 9000
   */
  port?: number;

  /**
   * Whether to publish the console as well. Without `tls` it sends the root password over plain HTTP. Changing it restarts
   * all members at once.
   * Plain: the preview checks the ports.
   * @default true
   */
  console?: boolean;

  /**
   * Published port of the console on every member, and its port within the overlay: MinIO redirects browsers from the S3
   * API to it. Changing it restarts all members at once.
   * Plain: the preview checks it.
   * @default 9001
   */
  consolePort?: number;

  /**
   * Addresses and ranges, IPv4 and IPv6, that can reach the published ports. All others are blocked, including
   * containers on a member's host; connections from the host itself are always allowed. Needs hosts that are connected
   * by ssh, or this machine if it runs Linux and Pulumi can run commands as root. `["127.0.0.1"]` allows only the
   * member's own host.
   * @default - no restriction
   * @example ["10.1.0.0/16", "198.51.100.7"]
   */
  allowFrom?: AllowFrom;

  /**
   * Further settings of MinIO: variables that begin with `MINIO_`, and the proxies of its outgoing connections:
   * `HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY`, to which the members' names are added. Not for secrets: anyone who can inspect
   * a container can read its environment.
   * Plain: only the names.
   * @default - none
   * @example { MINIO_REGION: "eu-central-1" }
   */
  environment?: Record<string, pulumi.Input<string>>;

  /**
   * Time a member has to finish its requests before it is killed, in seconds. MinIO itself waits up to 30.
   * @default 60
   */
  stopGraceSeconds?: pulumi.Input<number>;

  /**
   * Whether a failed change is rolled back: the members get their previous settings, and `pulumi up` fails once the store
   * is ready again. With `false` they stay as they are, and the next `pulumi up` resumes from there.
   * Plain: the preview shows how a change is rolled out.
   * @default true
   */
  rollback?: boolean;

  /**
   * Time for which restarted members must report a working store before the next member restarts, and before `up`
   * completes, in seconds. Added to `timeoutSeconds`. Members retry unreachable drives every 15 s, which their health
   * does not show. With less than 16, members may answer NoSuchKey right after `up`, and the next one may restart while
   * this one still lacks drives. Changing only this restarts nothing.
   * @default - 16 with several hosts, otherwise 0
   * @example 1
   */
  minReadySeconds?: pulumi.Input<number>;

  /**
   * Maximum time until the store has write quorum after a create or update, in seconds; in a rolling update, after each
   * member.
   * @default 600
   */
  timeoutSeconds?: pulumi.Input<number>;

  /**
   * User of the members' processes: a numeric user id and optionally a group id. The folders of all drives must belong
   * to this user; Docker volumes always belong to root. Changing it restarts all members at once.
   * @default - root, without most of its capabilities
   * @example "1000:1000"
   */
  user?: pulumi.Input<string>;

  /**
   * Changes the Swarm services and Docker secrets before they are created. TypeScript only.
   * Plain: a function.
   * @default - none
   * @example
   * {
   *   service: (args) => {
   *     const { ContainerSpec } = args.spec.TaskTemplate;
   *     ContainerSpec.Mounts?.push({ Type: "bind", Source: "/etc/idp", Target: "/etc/idp", ReadOnly: true });
   *     return args;
   *   },
   * }
   */
  transform?: ServiceTransform;
}
