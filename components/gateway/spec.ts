import type * as pulumi from "@pulumi/pulumi";
import type { ContainerSpec, ServiceSpec } from "../../engine/types.ts";
import type { LeafInputs } from "../shared/inputs.ts";
import { hostPort, logDriver, resourceLimits, toEngineUnit, SECOND } from "../service/spec-parts.ts";
import type { TaskLimits } from "../service/task-limits.ts";
import { GATEWAY_USER, type GatewayFiles } from "./files.ts";
import { CONSOLE_GATEWAY_PORT, HAPROXY_COMMAND, PROBE_COMMANDS, S3_PORT, STOP_SIGNAL } from "./haproxy.ts";

/** Value of the label of gateway nodes. */
export const GATEWAY_LABEL_VALUE = "gateway";

/** Returns the label key of gateway nodes. */
export function gatewayLabel(serviceName: string): string {
  return `pulumi-swarm.gateway.${serviceName}`;
}

/** The settings of a gateway's service. */
export interface GatewayContext extends TaskLimits {
  serviceName: string;
  image: pulumi.Input<string>;
  networkId: pulumi.Input<string>;
  files: GatewayFiles;
  port: number;
  consolePort?: number;
  stopGraceSeconds: pulumi.Input<number>;
}

/** Returns the Swarm service spec. Empty lists are explicit, so that entries added by hand count as drift. */
export function gatewaySpec(gateway: GatewayContext): LeafInputs<ServiceSpec> {
  const { serviceName, port, consolePort } = gateway;
  return {
    Name: serviceName,
    Labels: {},
    Mode: { Global: {} },
    TaskTemplate: {
      ContainerSpec: containerSpec(gateway),
      Resources: {
        Limits: resourceLimits(gateway.cpuLimit, gateway.memoryLimitMiB),
        Reservations: resourceLimits(gateway.cpuReservation, gateway.memoryReservationMiB),
      },
      RestartPolicy: { Condition: "any", Delay: 2 * SECOND, MaxAttempts: 0 },
      Placement: { Constraints: [`node.labels.${gatewayLabel(serviceName)}==${GATEWAY_LABEL_VALUE}`] },
      ...logDriver(gateway),
      Networks: [{ Target: gateway.networkId, Aliases: [] }],
    },
    EndpointSpec: {
      Mode: "dnsrr",
      Ports: [
        hostPort(S3_PORT, port),
        ...(consolePort === undefined ? [] : [hostPort(CONSOLE_GATEWAY_PORT, consolePort)]),
      ],
    },
  };
}

function containerSpec({ image, files, stopGraceSeconds }: GatewayContext): LeafInputs<ContainerSpec> {
  return {
    Image: image,
    Command: [...HAPROXY_COMMAND],
    Args: [],
    User: `${GATEWAY_USER}:${GATEWAY_USER}`,
    Env: [],
    Labels: {},
    ReadOnly: true,
    Mounts: [],
    Configs: files.configs,
    Secrets: files.secrets,
    // Connections to a host that is gone fail after about 13 s, not after 15 min.
    Sysctls: { "net.ipv4.tcp_retries2": "5" },
    Healthcheck: {
      Test: ["CMD", ...PROBE_COMMANDS.live],
      Interval: 10 * SECOND,
      Timeout: 6 * SECOND,
      StartInterval: SECOND,
      StartPeriod: 30 * SECOND,
      Retries: 3,
    },
    StopSignal: STOP_SIGNAL,
    StopGracePeriod: toEngineUnit(stopGraceSeconds, SECOND),
    CapabilityDrop: ["ALL"],
    Ulimits: [],
    DNSConfig: { Options: [] },
  };
}
