import type * as pulumi from "@pulumi/pulumi";
import type { AllowFrom } from "../firewall/firewall.ts";
import type { MinioService } from "../minio/minio-service.ts";
import type { SwarmNetwork } from "../networks/network.ts";
import type { Swarm } from "../swarm/swarm.ts";
import type { ServiceTransform } from "../service/service.ts";
import type { RegistryLoginArgs } from "../service/registry-credentials.ts";
import type { TaskLimits } from "../service/task-limits.ts";
import type { TaskSettings } from "../service/task-settings.ts";

/** Certificate of a gateway. */
export interface GatewayTls {
  /** Certificate, followed by any intermediate ones, PEM. It must name every address that clients use. */
  certificate: pulumi.Input<string>;
  /** Private key of the certificate, PEM. @secret */
  key: pulumi.Input<string>;
}

/**
 * @example
 * // Every host of the Swarm serves the store at https://<host>.
 * new S3Gateway("gateway", { swarm, network, store, tls: { certificate, key: config.requireSecret("key") } });
 *
 * @example
 * // Two hosts, plain HTTP on port 8080, and the store's console on 8081.
 * new S3Gateway("gateway", { swarm, network, store, hosts: ["a", "b"], port: 8080, consolePort: 8081 });
 */
export interface S3GatewayArgs extends TaskLimits, TaskSettings, RegistryLoginArgs {
  /** The Swarm that runs the gateway. */
  swarm: Swarm;

  /** The overlay network between the store's members, or one of its further networks. */
  network: SwarmNetwork;

  /** The store. Create it with `expose: false` if clients should use gateways only. */
  store: MinioService;

  /**
   * Keys of the hosts that run a gateway.
   * Plain: it decides which resources exist.
   * @default - all hosts of the Swarm
   */
  hosts?: string[];

  /**
   * Whether to adopt an existing service of this name, which is changed in place.
   * Plain: the preview checks it.
   * @default false: an existing service is an error in the preview
   */
  adopt?: boolean;

  /**
   * Name of the gateway's service in the Swarm, a lowercase DNS label.
   * Plain: the service is named after it.
   * @default - the component's name
   */
  serviceName?: string;

  /**
   * Port of the S3 API on every gateway host. Swarm publishes on all addresses of a host.
   * Plain: the preview checks it.
   * @default - 443 with `tls`, otherwise 80
   */
  port?: number;

  /**
   * Port of the store's console on every gateway host.
   * Plain: the preview checks it.
   * @default - the console is not published
   * @example 9001
   */
  consolePort?: number;

  /**
   * Addresses and ranges, IPv4 and IPv6, that can reach the gateway. All others are blocked, including containers on its
   * host; connections from the host itself are always allowed. Needs hosts that are reached by ssh, or this machine if it
   * runs Linux and Pulumi can run commands as root.
   * @default - no restriction
   * @example ["10.1.0.0/16", "198.51.100.7"]
   */
  allowFrom?: AllowFrom;

  /**
   * Certificate and key for TLS with clients.
   * Plain: it decides which resources exist.
   * @default - plain HTTP
   */
  tls?: GatewayTls;

  /**
   * Image of HAProxy 3.2 or newer with BusyBox, such as the official ones for Alpine: by tag and digest, or by the id of
   * an image that is on every host.
   * @default - `DEFAULT_GATEWAY_IMAGE`: the official image
   */
  image?: pulumi.Input<string>;

  /**
   * Time a gateway has to finish its requests before it is stopped, in seconds.
   * @default 60
   */
  stopGraceSeconds?: pulumi.Input<number>;

  /**
   * Maximum time until the store answers through the gateway after a create or update, in seconds.
   * @default 300
   */
  timeoutSeconds?: pulumi.Input<number>;

  /**
   * Time for which the store must answer through a new gateway before the next gateway is replaced, and before `up`
   * completes, in seconds. Added to `timeoutSeconds`. Changing only this restarts nothing.
   * @default 0
   */
  minReadySeconds?: pulumi.Input<number>;

  /**
   * Changes the Swarm service and Docker secrets before they are created. TypeScript only.
   * Plain: a function.
   * @default - none
   * @example
   * {
   *   service: (args) => {
   *     args.spec.TaskTemplate.ContainerSpec.CapabilityAdd = ["CAP_NET_BIND_SERVICE"];
   *     return args;
   *   },
   * }
   */
  transform?: ServiceTransform;
}
