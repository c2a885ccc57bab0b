import { allowFromFindings } from "../../firewall/firewall.ts";
import type { Host } from "../../hosts/host.ts";
import { validateServiceName } from "../../../core/dns-label.ts";
import { knownValue } from "../../shared/inputs.ts";
import { validatePort } from "../../../core/port.ts";
import type { ValidationIssue } from "../../../core/input-validation-error.ts";
import { amountFindings } from "../../service/task-limits.ts";
import type { MinioServiceArgs } from "../args.ts";
import { environmentFindings } from "../spec/environment.ts";
import { imageFindings } from "../image.ts";
import { kmsFindings } from "../security/kms-key.ts";
import { MINIO_METRICS } from "../iam/metrics.ts";
import { poolFindings } from "./pools.ts";
import { PROBE_TOOLS } from "../spec/probes.ts";
import { rootFindings } from "./root-credentials.ts";
import { tlsFindings } from "./tls.ts";
import { API_PORT, CONSOLE_PORT } from "../layout/topology.ts";

/** Below it MinIO does not start. */
export const LEAST_MEMORY_MIB = 256;

/** The arguments without the resources among them. */
export type PlainMinioArgs = Omit<MinioServiceArgs, "swarm" | "network" | "networks">;

/** What is wrong with the arguments of a store on these hosts, as far as they are plain. */
export function minioFindings(
  args: PlainMinioArgs,
  serviceName: string,
  hosts: Readonly<Record<string, Host>>,
): ValidationIssue[] {
  const image = knownValue(args.image);
  return [
    ...validateServiceName(serviceName),
    ...choice("mode", args.mode, ["global", "replicated"]),
    ...choice("tools", args.tools, PROBE_TOOLS),
    ...choice("metrics", args.metrics, MINIO_METRICS),
    ...(image === undefined ? [] : imageFindings(image)),
    ...unknownToolsFindings(args),
    ...rootFindings(args),
    ...publishedFindings(args),
    ...consoleFindings(args),
    ...allowFromFindings(args.allowFrom),
    ...amountFindings(args, LEAST_MEMORY_MIB),
    ...environmentFindings(args.environment ?? {}),
    ...kmsFindings(args),
    ...tlsFindings(args, serviceName, hosts),
    ...poolFindings(args, serviceName, hosts),
  ];
}

function choice<T extends string>(argument: string, value: T | undefined, allowed: readonly T[]): ValidationIssue[] {
  if (value === undefined || allowed.includes(value)) return [];
  return [{ argument, value, problem: `must be ${allowed.map((one) => `"${one}"`).join(" or ")}` }];
}

function unknownToolsFindings({ image, tools }: PlainMinioArgs): ValidationIssue[] {
  if (image === undefined || knownValue(image) !== undefined || tools !== undefined) return [];
  const problem = 'an image that is an Output does not tell what it has on board: say "silo" or "mc"';
  return [{ argument: "tools", value: undefined, problem }];
}

/** What is wrong with how the ports are published. */
export function publishedFindings({
  expose = true,
  port,
  consolePort,
  allowFrom,
}: Pick<PlainMinioArgs, "expose" | "port" | "consolePort" | "allowFrom">): ValidationIssue[] {
  if (!expose) {
    const given = Object.entries({ port, consolePort }).filter(([, value]) => value !== undefined);
    const problem = "has no meaning with expose: false, which publishes nothing: leave it out";
    const listed = allowFrom === undefined ? [] : [{ argument: "allowFrom", value: knownValue(allowFrom), problem }];
    return [...given.map(([argument, value]) => ({ argument, value, problem })), ...listed];
  }
  const findings = [
    ...validatePort("port", port),
    ...(consolePort === false ? [] : validatePort("consolePort", consolePort)),
  ];
  if (consolePort === false) return findings;
  if (findings.length === 0 && (port ?? API_PORT) === (consolePort ?? CONSOLE_PORT)) {
    findings.push({
      argument: "consolePort",
      value: consolePort ?? CONSOLE_PORT,
      problem: "is port as well: give each its own",
    });
  }
  return findings;
}

/** Inside the store's networks the console has its published port, and the S3 API is always on 9000. */
function consoleFindings({ port, consolePort }: PlainMinioArgs): ValidationIssue[] {
  if (consolePort !== API_PORT || (port ?? API_PORT) === consolePort) return [];
  const problem =
    "is the port of the S3 API inside the store's networks, where the console keeps its port: choose another";
  return [{ argument: "consolePort", value: consolePort, problem }];
}
