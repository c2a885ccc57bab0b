import type * as pulumi from "@pulumi/pulumi";
import type { AllowFrom } from "../firewall/firewall.ts";
import type { DataNetwork } from "../networks/node-network/data-network.ts";
import type { Swarm } from "../swarm/swarm.ts";
import type { TaskLimits } from "../service/task-limits.ts";

/** The network on which a gateway finds the store; an `OverlayNetwork` is one. */
export type GatewayNetwork = Pick<DataNetwork, "networkId" | "driver">;

/** A store that a gateway stands before; a `MinioService` is one. */
export interface GatewayStore {
  /** The members' names on the network. Each answers S3 on port 9000. */
  readonly members: readonly string[];
  /**
   * Port of the members' console on the network.
   * @default 9001
   */
  readonly consolePort?: number;
  /**
   * Certificate of the authority that signed the members' certificates, PEM. With it the gateway speaks TLS to them.
   * @default - the members speak plain HTTP, which an encrypted network protects
   */
  readonly caCertificate?: pulumi.Input<string>;
}

/** With what a gateway proves to clients who it is. */
export interface GatewayTls {
  /** Certificate, followed by those between it and the authority's, PEM. It names every address that clients use. */
  certificate: pulumi.Input<string>;
  /** The certificate's key, PEM. Kept as a secret. */
  key: pulumi.Input<string>;
}

/**
 * @example
 * // Every host of the Swarm is an address of the store, https://<host>.
 * new S3Gateway("gateway", { swarm, network, store, tls: { certificate, key: config.requireSecret("key") } });
 *
 * @example
 * // Two hosts, plain HTTP on port 8080, and the store's console on 8081.
 * new S3Gateway("gateway", { swarm, network, store, hosts: ["a", "b"], port: 8080, consolePort: 8081 });
 */
export interface S3GatewayArgs extends TaskLimits {
  /** The Swarm that runs the gateway. */
  swarm: Swarm;

  /** The overlay network that the store's members talk over, or a further one of theirs. */
  network: GatewayNetwork;

  /**
   * The store. Make it with `expose: false` when all clients are to come through gateways.
   * @example { members: ["store-node1", "store-node2"] }
   */
  store: GatewayStore;

  /**
   * Keys of the hosts that are a gateway.
   * @default - all hosts of the Swarm
   */
  hosts?: string[];

  /**
   * Whether a service of this name that something else created is adopted and changed in place.
   * @default false: such a service is refused in the preview
   */
  adopt?: boolean;

  /**
   * Name of the gateway's service in the Swarm, a lowercase DNS label.
   * @default - the component's name
   */
  serviceName?: string;

  /**
   * Port of the S3 API on every gateway host. Swarm publishes on all addresses of a host.
   * @default 443 with `tls`, else 80
   */
  port?: number;

  /**
   * Port of the store's console on every gateway host.
   * @default - the console is not published
   * @example 9001
   */
  consolePort?: number;

  /**
   * Addresses and ranges, IPv4 and IPv6, that may reach the gateway from other machines; connections from its own host
   * always may. Hosts must be reached by ssh (`SshHosts`).
   * @default - everybody
   * @example ["10.1.0.0/16", "198.51.100.7"]
   */
  allowFrom?: AllowFrom;

  /**
   * Certificate and key with which clients are spoken to.
   * @default - plain HTTP
   */
  tls?: GatewayTls;

  /**
   * Image of Traefik, 3.7.13 or newer, by tag and digest, or by the id of an image that is on every host.
   * @default - `DEFAULT_GATEWAY_IMAGE`: the official one
   */
  image?: pulumi.Input<string>;

  /**
   * Time a gateway has to finish the requests it is serving before it is stopped, in seconds.
   * @default 60
   */
  stopGraceSeconds?: pulumi.Input<number>;

  /**
   * How long a create or an update may take until the store answers through the gateway, in seconds.
   * @default 300
   */
  timeoutSeconds?: pulumi.Input<number>;
}
