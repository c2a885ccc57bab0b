import * as pulumi from "@pulumi/pulumi";
import { createHostFirewalls } from "../firewall/firewall.ts";
import { endpointUrls } from "../hosts/endpoint-urls.ts";
import { secretInput, SwarmComponent } from "../shared/component.ts";
import { validateWhenKnown } from "../shared/inputs.ts";
import { creationOwner, ownerOf } from "../shared/owner.ts";
import { throwIfInvalid } from "../../core/input-validation-error.ts";
import { NodeLabels } from "../swarm/node-labels.ts";
import { createService } from "../service/service.ts";
import { DEFAULT_LOG_OPTIONS } from "../service/spec-parts.ts";
import { validatedUser, withTaskSettings } from "../service/task-settings.ts";
import type { S3GatewayArgs } from "./args.ts";
import { createGatewayFiles, GATEWAY_USER } from "./files.ts";
import { apiPort, validateGateway, validateGatewayNetwork } from "./validation.ts";
import { DEFAULT_GATEWAY_IMAGE, validateGatewayImage } from "./image.ts";
import { GATEWAY_LABEL_VALUE, gatewayLabel, gatewaySpec } from "./spec.ts";
import { type GatewayPlan, haproxyConfiguration, PROBE_COMMANDS } from "./haproxy.ts";
import { rejectWrongArguments } from "../shared/reject-arguments.ts";
import { rejectIssues } from "../shared/invalid-input.ts";

export type { GatewayTls, S3GatewayArgs } from "./args.ts";

/**
 * A load balancer in front of a store, on each chosen host, for clients outside the store's network. It sends every
 * request to a member that can serve it, and retries with another if that one is unreachable. Gateways are stateless, so
 * any of several can fail. It is ready when the store answers through it.
 *
 * @example
 * const store = new MinioService("store", { swarm, network, expose: false });
 * const gateway = new S3Gateway("gateway", { swarm, network, store, port: 9000 });
 * export const endpoint = gateway.endpoint;
 */
export class S3Gateway extends SwarmComponent {
  /** URL of the S3 API on the first gateway host by key. */
  readonly endpoint: pulumi.Output<string>;
  /** URL of the S3 API on each gateway host, by host key. */
  readonly endpoints: pulumi.Output<Record<string, string>>;
  /** URL of the console on each gateway host, by host key; empty without `consolePort`. */
  readonly consoleEndpoints: pulumi.Output<Record<string, string>>;
  /** Id of the gateway's service. */
  readonly serviceId: pulumi.Output<string>;

  constructor(name: string, args: S3GatewayArgs, opts?: pulumi.ComponentResourceOptions) {
    rejectWrongArguments("S3Gateway", name, args);
    const subject = `S3Gateway "${name}"`;
    const { swarm, network, store, tls, consolePort, serviceName = name } = args;
    rejectIssues(subject, [...validateGateway(args, serviceName, swarm.hosts), ...validateGatewayNetwork(network)]);
    const clientTls = tls && { ...tls, key: pulumi.secret(tls.key) };
    super(
      "S3Gateway",
      name,
      { ...args, tls: clientTls, registryCredentials: secretInput(args.registryCredentials) },
      opts,
    );

    const port = apiPort(args);
    const hosts = (args.hosts ?? Object.keys(swarm.hosts)).toSorted();
    const ports = { port, ...(consolePort === undefined ? {} : { consolePort }) };
    const preflight = swarm.preflight({
      kind: "service",
      subject,
      owner: ownerOf(`${name}-service`),
      name: serviceName,
      adopt: args.adopt,
      ports,
      hosts,
      disks: [],
      needsFirewall: args.allowFrom !== undefined,
    });
    const child = { parent: this, dependsOn: preflight };

    const gatewayHosts = hosts.flatMap((key) => swarm.hosts[key] ?? []);
    const firewalls =
      args.allowFrom === undefined
        ? []
        : createHostFirewalls(
            `${name}-firewall`,
            { subject, hosts: gatewayHosts, ports: Object.values(ports), allowFrom: args.allowFrom },
            child,
          );
    const labels = { [gatewayLabel(serviceName)]: GATEWAY_LABEL_VALUE };
    const nodeLabels = hosts.map((host) => new NodeLabels(`${name}-host-${host}`, { swarm, host, labels }, child));
    const { stopGraceSeconds = 60 } = args;
    const plan: Omit<GatewayPlan, "members"> = {
      tls: tls !== undefined,
      storeTls: store.caCertificate !== undefined,
      storeConsolePort: store.consolePort,
      consolePort,
    };
    const texts = {
      configuration: store.members.apply((members) => haproxyConfiguration({ ...plan, members })),
      certificate: clientTls?.certificate,
      key: clientTls?.key,
      storeAuthority: store.caCertificate,
    };
    const user = validatedUser(subject, args.user ?? GATEWAY_USER);
    const files = { ...child, owner: creationOwner(name, child), component: name, transform: args.transform?.secret };
    const spec = gatewaySpec({
      ...args,
      serviceName,
      image: validateWhenKnown(args.image ?? DEFAULT_GATEWAY_IMAGE, (image) =>
        throwIfInvalid(subject, validateGatewayImage(image)),
      ),
      networkId: network.networkId,
      files: createGatewayFiles(name, swarm, texts, user, files),
      port,
      stopGraceSeconds,
    });
    const service = createService(
      subject,
      args.transform?.service,
      `${name}-service`,
      {
        swarm,
        adopt: args.adopt,
        spec: withTaskSettings(subject, spec, args),
        registryCredentials: args.registryCredentials,
        defaultLogOptions: DEFAULT_LOG_OPTIONS,
        readyCommand: PROBE_COMMANDS.ready,
        tasks: hosts.length,
        minReadySeconds: args.minReadySeconds,
        timeoutSeconds: args.timeoutSeconds ?? 300,
      },
      {
        parent: this,
        dependsOn: [preflight, ...nodeLabels, ...firewalls, store],
      },
    );

    const scheme = tls ? "https" : "http";
    this.endpoints = endpointUrls(scheme, gatewayHosts, port, [service]);
    this.consoleEndpoints = endpointUrls(scheme, gatewayHosts, consolePort, [service]);
    this.endpoint = this.endpoints.apply((all) => Object.values(all)[0] ?? "");
    this.serviceId = service.id;
    this.registerOutputs({
      endpoint: this.endpoint,
      endpoints: this.endpoints,
      consoleEndpoints: this.consoleEndpoints,
      serviceId: this.serviceId,
    });
  }
}
