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

/** The connection to this machine's engine, and the machine's settings as a host. */
export interface LocalHostArgs {
  /**
   * Your name for the host: a lowercase DNS label. Resource names and output keys are derived from it.
   * @default - the resource's name
   */
  key?: string;
  /**
   * The engine's hostname (`docker info --format '{{.Name}}'`), a lowercase DNS label.
   * @default - this machine's hostname; on macOS and Windows "docker-desktop", the hostname of Docker Desktop's engine
   */
  hostname?: string;
  /**
   * Address of the engine, in the format of `DOCKER_HOST`.
   * @default - the engine that the docker CLI uses: `DOCKER_HOST`, the current docker context, or the platform's socket
   */
  engine?: string;
  /**
   * Certificates for a `tcp://` engine.
   * @default - those of `DOCKER_TLS_VERIFY`, `DOCKER_CERT_PATH` or the docker context
   */
  tls?: EngineTls;
  /**
   * Allows a `tcp://` engine on another machine without TLS. Anyone on the network path can then read every secret and
   * become root on the engine's machine.
   *
   * @default false
   */
  allowPlainTcp?: boolean;
  /**
   * Address at which clients reach the ports published on this machine.
   * @default "127.0.0.1"
   */
  endpointAddress?: pulumi.Input<string>;
  /**
   * Address at which the other hosts of the Swarm reach this machine. Must be one of the machine's own addresses. Not
   * needed for a Swarm with only this machine.
   * @default "127.0.0.1"
   * @example "192.168.1.10"
   */
  privateAddress?: pulumi.Input<string>;
  /**
   * Failure domain, such as an availability zone.
   * @default - none
   */
  zone?: string;
  /**
   * Labels of the host's Swarm node.
   * @default - none
   */
  labels?: Record<string, string>;
  /**
   * Drives for MinIO, by key.
   * @default - one Docker volume, `drive1`
   * @example { d1: {}, d2: {}, d3: { path: "/mnt/disk3" } }
   */
  drives?: Record<string, Drive>;
  /**
   * How long to wait for the engine to answer, in seconds.
   * @default 30
   */
  timeoutSeconds?: pulumi.Input<number>;
}

/**
 * This machine, with its Docker Engine. A Swarm with only this host listens on 127.0.0.1.
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
    // Explicit certificates replace those of the environment.
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

/** Returns the connection with the given certificates. The client key is a secret. */
function connectionOf(found: EngineConnection, tls: EngineTls | undefined) {
  const { host, ca, cert, key } = { ...found, ...tls };
  const given = { ca, cert, key: key === undefined ? undefined : pulumi.secret(key) };
  return { host, ...Object.fromEntries(Object.entries(given).filter(([, pem]) => pem !== undefined)) };
}

/** The machine's engine. The resource waits until it answers, and outputs its id. */
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
