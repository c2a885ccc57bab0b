import { hostname as machineName } from "node:os";
import * as pulumi from "@pulumi/pulumi";
import { resolveLocalEngine } from "../../engine/connection.ts";
import { type EngineConnection } from "../../engine/engine-connection.ts";
import { SwarmResource } from "../shared/resource.ts";
import { throwIfInvalid } from "../../core/input-validation-error.ts";
import { type EngineTls, validateEngineTls } from "./engine-tls.ts";
import type { Host } from "./host.ts";
import type { Drive } from "../../core/drive.ts";
import { validateHost } from "./host-validation.ts";

/** How this machine's engine is found, and what it has for a store. */
export interface LocalHostArgs {
  /**
   * Your name for the host: a lowercase DNS label. Identity: outputs and resources are named by it.
   * @default - the resource's name
   */
  key?: string;
  /**
   * What the host's engine calls itself (`docker info --format '{{.Name}}'`), a lowercase DNS label.
   * @default - this machine's name; on macOS and Windows "docker-desktop", as Docker Desktop's engine calls itself
   */
  hostname?: string;
  /**
   * Which engine, as in `DOCKER_HOST`.
   * @default - the one the docker CLI would use: `DOCKER_HOST`, the current docker context, the platform's socket
   */
  engine?: string;
  /**
   * Certificates for a `tcp://` engine.
   * @default - what `DOCKER_TLS_VERIFY`, `DOCKER_CERT_PATH` or the docker context ask for
   */
  tls?: EngineTls;
  /**
   * Allows a `tcp://` engine beyond this machine without TLS. Everybody on the way can read every secret and becomes
   * root on the engine's machine.
   *
   * @default false
   */
  allowPlainTcp?: boolean;
  /**
   * Address by which clients reach the ports published here.
   * @default "127.0.0.1"
   */
  endpointAddress?: pulumi.Input<string>;
  /**
   * Address by which the other hosts of its Swarm reach this machine; one of its own. A Swarm of this machine alone
   * needs none.
   * @default "127.0.0.1"
   * @example "192.168.1.10"
   */
  privateAddress?: pulumi.Input<string>;
  /**
   * Failure domain.
   * @default - none
   */
  zone?: string;
  /**
   * Labels of the host's Swarm node.
   * @default - none
   */
  labels?: Record<string, string>;
  /**
   * Drives for MinIO by key.
   * @default - one Docker volume, `drive1`
   * @example { d1: {}, d2: {}, d3: { path: "/mnt/disk3" } }
   */
  drives?: Record<string, Drive>;
  /**
   * How long the engine may take to answer, in seconds.
   * @default 30
   */
  timeoutSeconds?: pulumi.Input<number>;
}

/**
 * This machine's own Docker Engine. A Swarm of it alone listens on 127.0.0.1.
 *
 * @example const host = new LocalHost("laptop", { drives: { d1: {}, d2: {}, d3: {}, d4: {} } });
 */
export class LocalHost extends pulumi.ComponentResource implements Host {
  readonly key: string;
  readonly hostname: string;
  readonly zone?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly drives: Readonly<Record<string, Drive>>;
  readonly engine: pulumi.Output<EngineConnection>;
  readonly privateAddress: pulumi.Output<string>;
  readonly endpointAddress: pulumi.Output<string>;
  readonly machineId: pulumi.Output<string>;
  readonly ready: pulumi.Output<boolean>;

  constructor(name: string, args: LocalHostArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    const { key = name, hostname = localName(), labels = {}, drives = { drive1: {} }, timeoutSeconds = 30 } = args;
    const { tls, allowPlainTcp = false } = args;
    // With certificates of its own it needs none of the environment's.
    const found = tls && args.engine !== undefined ? { host: args.engine } : resolveLocalEngine(undefined, args.engine);
    throwIfInvalid(`LocalHost "${name}"`, [
      ...validateHost({ key, hostname, engine: found.host, labels, drives }),
      ...validateEngineTls(found, tls, allowPlainTcp),
    ]);
    super("swarm:index:LocalHost", name, {}, opts);

    const engine = connectionOf(found, tls);
    const machine = new Machine(`${name}-machine`, { connection: engine, hostname, timeoutSeconds }, { parent: this });

    this.key = key;
    this.hostname = hostname;
    this.zone = args.zone;
    this.labels = labels;
    this.drives = drives;
    this.engine = pulumi.output(engine);
    this.privateAddress = pulumi.output(args.privateAddress ?? "127.0.0.1");
    this.endpointAddress = pulumi.output(args.endpointAddress ?? "127.0.0.1");
    this.machineId = machine.machineId;
    this.ready = machine.ready;
    this.registerOutputs({ key, machineId: this.machineId });
  }
}

/** The connection with the certificates that were given, the client key secret. */
function connectionOf(found: EngineConnection, tls: EngineTls | undefined) {
  const { host, ca, cert, key } = { ...found, ...tls };
  const given = { ca, cert, key: key === undefined ? undefined : pulumi.secret(key) };
  return { host, ...Object.fromEntries(Object.entries(given).filter(([, pem]) => pem !== undefined)) };
}

/** The engine as found on the machine: who it is, once it answers. */
class Machine extends SwarmResource {
  declare readonly machineId: pulumi.Output<string>;
  declare readonly ready: pulumi.Output<boolean>;

  constructor(
    name: string,
    props: { connection: pulumi.Input<object>; hostname: string; timeoutSeconds: pulumi.Input<number> },
    opts: pulumi.CustomResourceOptions,
  ) {
    super("Host", name, { machineId: undefined, engineVersion: undefined, ready: undefined, ...props }, opts);
  }
}

function localName(): string {
  return process.platform === "linux" ? machineName() : "docker-desktop";
}
