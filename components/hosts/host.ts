import { isIP } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import type { Drive } from "../../core/drive.ts";
import { secretInput, SwarmComponent } from "../shared/component.ts";
import type { EngineConnection } from "../../engine/engine-connection.ts";
import type { HostArgs, SshArgs } from "./host-args.ts";
import { clientAddress, engineConnection, findEngine, sshEngine } from "./host-connection.ts";
import { DEFAULT_DRIVES, validateAddresses, validateHost, validateHostConnection } from "./host-validation.ts";
import { Machine } from "./machine.ts";
import { rejectWrongArguments } from "../shared/reject-arguments.ts";
import { rejectIssues } from "../shared/invalid-input.ts";

/**
 * A machine with a Docker Engine: this machine, one that is reached by ssh, or an engine at an address. Waits until its
 * engine answers. With `ssh`, it first checks the machine, and installs and starts what is missing. Destroying this
 * resource leaves the machine unchanged.
 *
 * Hosts that are declared one by one are prepared independently. Those of one `SshHosts` are inspected together: a
 * problem with one machine leaves all of them unchanged.
 *
 * @example const host = new Host("laptop", { drives: { d1: {}, d2: {}, d3: {}, d4: {} } });
 * @example const host = new Host("a", { ssh: { address: "192.0.2.1", user: "admin" }, install: "docker" });
 * @example const host = new Host("b", { engine: "tcp://192.0.2.2:2376", tls: { ca, cert, key } });
 */
export class Host extends SwarmComponent {
  /** Your name for this host. Resource names and output keys are derived from it: keep it when you replace the machine. */
  readonly key: string;
  /** The hostname that its engine reports. Unknown in the preview that creates the host, unless it is an argument. */
  readonly hostname: pulumi.Output<string>;
  /**
   * The hostname as an argument, for validation before anything is registered.
   *
   * @internal
   */
  readonly declaredHostname?: string;
  /** Failure domain, for instance an availability zone. */
  readonly zone?: string;
  /** Labels for the host's Swarm node. */
  readonly labels: Readonly<Record<string, string>>;
  /** The host's drives for MinIO, by a key of your choice. */
  readonly drives: Readonly<Record<string, Drive>>;
  /** The connection to its engine. */
  readonly engine: pulumi.Output<EngineConnection>;
  /** The address at which the other hosts reach this one. */
  readonly privateAddress: pulumi.Output<string>;
  /** The address for the traffic of overlay networks, if it differs from `privateAddress`. */
  readonly dataPathAddress?: pulumi.Output<string>;
  /** The address at which clients reach ports published on this host. */
  readonly endpointAddress: pulumi.Output<string>;
  /** The engine's id. A different id means a different machine, which joins the Swarm as a new node. */
  readonly machineId: pulumi.Output<string>;
  /** Known once the host's engine answers. */
  readonly ready: pulumi.Output<boolean>;

  /** @param opts `dependsOn` also delays changes to the machine */
  constructor(name: string, args: HostArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    rejectWrongArguments("Host", name, args);
    const { ssh, tls, install, hostname, key = name, labels = {}, drives = DEFAULT_DRIVES } = args;
    const { timeoutSeconds = ssh ? 300 : 30 } = args;
    const found = ssh ? undefined : findEngine(args);
    const subject = `Host "${name}"`;
    rejectIssues(subject, [
      ...validateHost({ key, hostname, engine: found?.host ?? "ssh://host", labels, drives }),
      ...validateHostConnection(args, found),
      ...validateAddresses(args),
    ]);
    super("Host", name, withSecretKey(args), opts);

    const connection = ssh ? sshEngine(subject, ssh) : engineConnection(found ?? findEngine(args), tls);
    const machine = new Machine(
      `${name}-machine`,
      { key, connection, hostname, timeoutSeconds, ...(ssh && { install, drives }) },
      { parent: this, dependsOn: opts?.dependsOn },
    );

    this.key = key;
    this.declaredHostname = hostname;
    this.hostname = hostname === undefined ? machine.engineName : pulumi.output(hostname);
    this.zone = args.zone;
    this.labels = labels;
    this.drives = drives;
    this.engine = pulumi.output(connection);
    this.privateAddress = pulumi.output(args.privateAddress ?? (ssh ? ownAddress(ssh, machine) : "127.0.0.1"));
    const { dataPathAddress } = args;
    this.dataPathAddress = dataPathAddress === undefined ? undefined : pulumi.output(dataPathAddress);
    this.endpointAddress = pulumi.output(args.endpointAddress ?? clientAddress(connection));
    this.machineId = machine.machineId;
    this.ready = machine.ready;
    this.registerOutputs({ key, hostname: this.hostname });
  }
}

/**
 * Returns the machine's given address. If that is a name, returns its IP address, because a node cannot listen on a
 * name.
 */
function ownAddress({ address }: SshArgs, machine: Machine): pulumi.Output<string> {
  return pulumi
    .output(address)
    .apply((given) => (isIP(given) === 0 ? machine.address.apply((own) => own ?? given) : pulumi.output(given)));
}

/** Returns the arguments with the client key as a secret, for the state. */
function withSecretKey({ tls, ...others }: HostArgs): object {
  return { ...others, tls: tls && { ...tls, key: secretInput(tls.key) } };
}
