import { validateAllowFrom } from "../../firewall/firewall.ts";
import type { Host } from "../../hosts/host.ts";
import { validateServiceName } from "../../../core/dns-label.ts";
import { knownValue } from "../../shared/inputs.ts";
import { validatePort } from "../../../core/port.ts";
import type { ValidationIssue } from "../../../core/input-validation-error.ts";
import { validateTaskAmounts } from "../../service/task-limits.ts";
import type { MinioServiceArgs } from "../args.ts";
import { validateEnvironment } from "../spec/environment.ts";
import { validateImage } from "../image.ts";
import { validateKmsKey } from "../security/kms-key.ts";
import { MINIO_METRICS } from "../iam/metrics.ts";
import { validatePools } from "./pools.ts";
import { HEALTHCHECK_CLIENTS } from "../spec/probes.ts";
import { validateRootUser } from "./root-credentials.ts";
import { validateTls } from "./tls.ts";
import { API_PORT, CONSOLE_PORT } from "../layout/topology.ts";

/** Below it MinIO does not start. */
export const MIN_MEMORY_MIB = 256;

/** The arguments without the resources among them. */
export type MinioSettings = Omit<MinioServiceArgs, "swarm" | "network" | "networks">;

/** What is wrong with the arguments of a store on these hosts, as far as they are plain. */
export function validateMinioService(
  args: MinioSettings,
  serviceName: string,
  hosts: Readonly<Record<string, Host>>,
): ValidationIssue[] {
  const image = knownValue(args.image);
  return [
    ...validateServiceName(serviceName),
    ...validateChoice("mode", args.mode, ["global", "replicated"]),
    ...validateChoice("tools", args.tools, HEALTHCHECK_CLIENTS),
    ...validateChoice("metrics", args.metrics, MINIO_METRICS),
    ...(image === undefined ? [] : validateImage(image)),
    ...validateTools(args),
    ...validateRootUser(args),
    ...validatePublishedPorts(args),
    ...validateConsolePort(args),
    ...validateAllowFrom(args.allowFrom),
    ...validateTaskAmounts(args, MIN_MEMORY_MIB),
    ...validateEnvironment(args.environment ?? {}),
    ...validateKmsKey(args),
    ...validateTls(args, serviceName, hosts),
    ...validatePools(args, serviceName, hosts),
  ];
}

function validateChoice<T extends string>(
  argument: string,
  value: T | undefined,
  allowed: readonly T[],
): ValidationIssue[] {
  if (value === undefined || allowed.includes(value)) return [];
  return [{ argument, value, problem: `must be ${allowed.map((one) => `"${one}"`).join(" or ")}` }];
}

function validateTools({ image, tools }: MinioSettings): ValidationIssue[] {
  if (image === undefined || knownValue(image) !== undefined || tools !== undefined) return [];
  const problem = 'an image that is an Output does not tell what it has on board: say "silo" or "mc"';
  return [{ argument: "tools", value: undefined, problem }];
}

/** What is wrong with how the ports are published. */
export function validatePublishedPorts({
  expose = true,
  port,
  consolePort,
  allowFrom,
}: Pick<MinioSettings, "expose" | "port" | "consolePort" | "allowFrom">): ValidationIssue[] {
  if (!expose) {
    const given = Object.entries({ port, consolePort }).filter(([, value]) => value !== undefined);
    const problem = "has no meaning with expose: false, which publishes nothing: leave it out";
    const listed = allowFrom === undefined ? [] : [{ argument: "allowFrom", value: knownValue(allowFrom), problem }];
    return [...given.map(([argument, value]) => ({ argument, value, problem })), ...listed];
  }
  const issues = [
    ...validatePort("port", port),
    ...(consolePort === false ? [] : validatePort("consolePort", consolePort)),
  ];
  if (consolePort === false) return issues;
  if (issues.length === 0 && (port ?? API_PORT) === (consolePort ?? CONSOLE_PORT)) {
    issues.push({
      argument: "consolePort",
      value: consolePort ?? CONSOLE_PORT,
      problem: "is port as well: give each its own",
    });
  }
  return issues;
}

/** Inside the store's networks the console has its published port, and the S3 API is always on 9000. */
function validateConsolePort({ port, consolePort }: MinioSettings): ValidationIssue[] {
  if (consolePort !== API_PORT || (port ?? API_PORT) === consolePort) return [];
  const problem =
    "is the port of the S3 API inside the store's networks, where the console keeps its port: choose another";
  return [{ argument: "consolePort", value: consolePort, problem }];
}
