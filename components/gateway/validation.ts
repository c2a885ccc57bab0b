import { validateAllowFrom } from "../firewall/firewall.ts";
import type { Host } from "../hosts/host.ts";
import { validateServiceName } from "../../core/dns-label.ts";
import { validateHostKeys } from "../../core/host-keys.ts";
import { knownValue } from "../shared/inputs.ts";
import { validatePort } from "../../core/port.ts";
import type { ValidationIssue } from "../../core/input-validation-error.ts";
import { validateRegistryCredentials } from "../service/registry-credentials.ts";
import { validateTaskAmounts } from "../service/task-limits.ts";
import { validateTaskSettings } from "../service/task-settings.ts";
import { type DataNetwork, driverOf } from "../networks/node-network/data-network.ts";
import type { S3GatewayArgs } from "./args.ts";
import { validateGatewayImage } from "./image.ts";

/** HAProxy uses 25 MiB with two CPUs and 43 MiB with 64, and at least 64 KiB for each request in progress. */
const MIN_MEMORY_MIB = 64;

/** The arguments that are not resources. */
export type GatewaySettings = Omit<S3GatewayArgs, "swarm" | "network" | "store">;

/** Validates the arguments of a gateway in a Swarm of these hosts. Outputs are validated when they are known. */
export function validateGateway(
  args: GatewaySettings,
  serviceName: string,
  hosts: Readonly<Record<string, Host>>,
): ValidationIssue[] {
  const image = knownValue(args.image);
  return [
    ...validateServiceName(serviceName),
    ...validateHosts(args.hosts, Object.keys(hosts)),
    ...validatePublishedPorts(args),
    ...validateAllowFrom(args.allowFrom),
    ...validateTls(args.tls),
    ...(image === undefined ? [] : validateGatewayImage(image)),
    ...validateRegistryCredentials(args),
    ...validateTaskAmounts(args, MIN_MEMORY_MIB),
    ...validateTaskSettings(args),
  ];
}

/** Validates the network between a gateway and a store. */
export function validateGatewayNetwork(network: Pick<DataNetwork, "driver">): ValidationIssue[] {
  const driver = driverOf(network);
  if (driver === "overlay") return [];
  const problem =
    "cannot both connect a gateway to the members of all hosts and publish ports: give an OverlayNetwork that is one " +
    "of the store's networks";
  return [{ argument: "network", value: driver, problem }];
}

/** Returns the published port of the S3 API. */
export function apiPort({ port, tls }: Pick<S3GatewayArgs, "port" | "tls">): number {
  return port ?? (tls ? 443 : 80);
}

function validateHosts(keys: string[] | undefined, hosts: string[]): ValidationIssue[] {
  if (keys === undefined) return [];
  if (keys.length === 0) {
    return [{ argument: "hosts", value: keys, problem: "a gateway needs at least one host: leave hosts out for all" }];
  }
  return validateHostKeys("hosts", keys, hosts);
}

function validatePublishedPorts(args: GatewaySettings): ValidationIssue[] {
  const { port, consolePort } = args;
  const issues = [...validatePort("port", port), ...validatePort("consolePort", consolePort)];
  if (consolePort !== undefined && issues.length === 0 && consolePort === apiPort(args)) {
    return [{ argument: "consolePort", value: consolePort, problem: "is the same as port: give each its own" }];
  }
  return issues;
}

function validateTls(tls: S3GatewayArgs["tls"]): ValidationIssue[] {
  if (!tls) return [];
  return [
    ...validatePem("tls.certificate", tls.certificate, "CERTIFICATE"),
    ...validatePem("tls.key", tls.key, "PRIVATE KEY"),
  ];
}

/** Detects file names given instead of contents. Does not show the value, which may be a key. */
function validatePem(argument: string, input: S3GatewayArgs["image"], kind: string): ValidationIssue[] {
  const text = knownValue(input);
  if (text === undefined || new RegExp(`^-----BEGIN ([A-Z]+ )*${kind}-----$`, "m").test(text)) return [];
  const problem = `must be PEM text with -----BEGIN ${kind}-----: give the file's contents, not its name`;
  return [{ argument, value: `${text.length} characters`, problem }];
}
