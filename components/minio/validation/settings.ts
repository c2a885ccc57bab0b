import type * as pulumi from "@pulumi/pulumi";
import { validateAllowFrom } from "../../firewall/firewall.ts";
import type { Host } from "../../hosts/host.ts";
import { validateRegistryCredentials } from "../../service/registry-credentials.ts";
import { validateTaskAmounts } from "../../service/task-limits.ts";
import { validateTaskSettings } from "../../service/task-settings.ts";
import { knownValue, validateWhenKnown } from "../../shared/inputs.ts";
import { validateChoice } from "../../../core/choice.ts";
import { validateServiceName } from "../../../core/dns-label.ts";
import { throwIfInvalid, type ValidationIssue } from "../../../core/input-validation-error.ts";
import { validatePort } from "../../../core/port.ts";
import type { MinioServiceArgs } from "../args.ts";
import { MINIO_METRICS } from "../iam/metrics-access.ts";
import { declaredOrDefaultPools } from "../layout/defaults.ts";
import { API_PORT, CONSOLE_PORT, selectDrives } from "../layout/topology.ts";
import { validateKmsKey } from "../security/kms-key.ts";
import { validateCaCertificates } from "../security/ca-certificates.ts";
import { validateProxies, withoutProxies } from "../spec/proxies.ts";
import { validateSecretEnvironment } from "../security/secret-environment.ts";
import { validateEnvironment } from "../spec/environment.ts";
import { validateImage } from "../spec/image.ts";
import { HEALTHCHECK_CLIENTS } from "../spec/probes.ts";
import { validateTls } from "./tls.ts";
import { validatePools } from "./pools-and-parity.ts";

/** MinIO does not start with less. */
export const MIN_MEMORY_MIB = 256;

/** The arguments that are not resources. */
export type MinioSettings = Omit<MinioServiceArgs, "swarm" | "network" | "networks">;

/** The arguments about the root user. */
export type RootUserArgs = Pick<MinioServiceArgs, "rootUser" | "rootPassword" | "rootPasswordGeneration">;

/** Validates the arguments of a store on these hosts. Outputs are validated when they are known. */
export function validateMinioService(
  args: MinioSettings,
  serviceName: string,
  hosts: Readonly<Record<string, Host>>,
): ValidationIssue[] {
  return [
    ...validateServiceName(serviceName),
    ...validateChoice("mode", args.mode, ["global", "replicated"]),
    ...validateChoice("tools", args.tools, HEALTHCHECK_CLIENTS),
    ...validateChoice("metrics", args.metrics, MINIO_METRICS),
    ...validateImage(knownValue(args.image)),
    ...validateTools(args),
    ...validateRootUser(args),
    ...validatePublishedPorts(args),
    ...validateConsolePort(args),
    ...validateAllowFrom(args.allowFrom),
    ...validateRegistryCredentials(args),
    ...validateTaskAmounts(args, MIN_MEMORY_MIB),
    ...validateTaskSettings(args),
    ...validateEnvironment(
      withoutProxies(args.environment ?? {}),
      "give it in the argument secretEnvironment, or set it with `mc admin config set`",
    ),
    ...validateProxies(args.environment ?? {}),
    ...validateSecretEnvironment(args),
    ...validateCaCertificates(args),
    ...validateKmsKey(args),
    ...validateTls(args, serviceName, hosts),
    ...validatePools(args, serviceName, hosts),
    ...validateDriveOwner(args, hosts),
  ];
}

/** Docker creates volumes that belong to root. */
function validateDriveOwner({ user, pools }: MinioSettings, hosts: Readonly<Record<string, Host>>): ValidationIssue[] {
  if (user === undefined || /^0(:|$)/.test(knownValue(user) ?? "")) return [];
  const volumes = Object.values(declaredOrDefaultPools({ pools }, hosts)).flatMap(({ hosts: keys, drivesPerHost }) =>
    keys
      .flatMap((key) => hosts[key] ?? [])
      .flatMap((host) =>
        selectDrives(host, drivesPerHost)
          .filter((drive) => host.drives[drive]?.path === undefined)
          .map((drive) => `${drive} of host ${host.key}`),
      ),
  );
  if (volumes.length === 0) return [];
  const problem =
    `cannot write to Docker volumes, which belong to root: ${volumes.join(", ")}. Give these drives a path, to a folder ` +
    "that belongs to this user, or leave user out";
  return [{ argument: "user", value: knownValue(user) ?? "(an Output)", problem }];
}

function validateTools({ image, tools }: MinioSettings): ValidationIssue[] {
  if (image === undefined || knownValue(image) !== undefined || tools !== undefined) return [];
  const problem = 'is required if image is an Output, because its name is not known yet: give "silo" or "mc"';
  return [{ argument: "tools", value: undefined, problem }];
}

/** Validates how the ports are published on the hosts. */
export function validatePublishedPorts({
  expose = true,
  port,
  console,
  consolePort,
  allowFrom,
}: Pick<MinioSettings, "expose" | "port" | "console" | "consolePort" | "allowFrom">): ValidationIssue[] {
  if (!expose) {
    const given = Object.entries({ port, console, consolePort }).filter(([, value]) => value !== undefined);
    const problem = "has no meaning with expose: false, which publishes nothing: leave it out";
    const listed = allowFrom === undefined ? [] : [{ argument: "allowFrom", value: knownValue(allowFrom), problem }];
    return [...given.map(([argument, value]) => ({ argument, value, problem })), ...listed];
  }
  if (console === false) return [...validatePort("port", port), ...validateNoConsolePort(consolePort)];
  const issues = [...validatePort("port", port), ...validatePort("consolePort", consolePort)];
  if (issues.length > 0 || (port ?? API_PORT) !== (consolePort ?? CONSOLE_PORT)) return issues;
  const problem = "is the same as port: give each its own";
  return [{ argument: "consolePort", value: consolePort ?? CONSOLE_PORT, problem }];
}

function validateNoConsolePort(value: number | undefined): ValidationIssue[] {
  if (value === undefined) return [];
  const problem = "has no meaning with console: false, which does not publish the console: leave it out";
  return [{ argument: "consolePort", value, problem }];
}

/** Within the store's networks the console listens on its published port, and the S3 API always on 9000. */
function validateConsolePort({ port, consolePort }: MinioSettings): ValidationIssue[] {
  if (consolePort !== API_PORT || (port ?? API_PORT) === consolePort) return [];
  const problem =
    "is the port of the S3 API within the store's networks, where the console listens on its published port: choose another";
  return [{ argument: "consolePort", value: consolePort, problem }];
}

/** Validates the arguments about the root user. */
export function validateRootUser({ rootUser, rootPassword, rootPasswordGeneration }: RootUserArgs): ValidationIssue[] {
  const issues = [...validateRootUserName(knownValue(rootUser)), ...validateRootPassword(knownValue(rootPassword))];
  if (rootPassword !== undefined && rootPasswordGeneration !== undefined) {
    const problem = "has no meaning with rootPassword: leave it out, and change rootPassword to rotate it";
    issues.push({ argument: "rootPasswordGeneration", value: knownValue(rootPasswordGeneration), problem });
  }
  return issues;
}

/** Returns the arguments of `RootCredentials`, validated once they are known. */
export function validatedRootUser(
  subject: string,
  { rootUser, rootPassword, rootPasswordGeneration }: RootUserArgs,
): { user?: pulumi.Input<string>; password?: pulumi.Input<string>; passwordGeneration?: pulumi.Input<string> } {
  const user = rootUser && validateWhenKnown(rootUser, (value) => throwIfInvalid(subject, validateRootUserName(value)));
  const password =
    rootPassword && validateWhenKnown(rootPassword, (value) => throwIfInvalid(subject, validateRootPassword(value)));
  return { user, password, passwordGeneration: rootPasswordGeneration };
}

function validateRootUserName(user: string | undefined): ValidationIssue[] {
  const issue = (problem: string) => [{ argument: "rootUser", value: user, problem }];
  if (user === undefined) return [];
  if (user === "minioadmin")
    return issue("is the default of MinIO, which attackers try first: choose another, or leave it out");
  if (!/^[A-Za-z0-9._-]{3,64}$/.test(user)) {
    return issue("must be 3 to 64 letters, digits, dots, hyphens or underscores");
  }
  return [];
}

/**
 * Never shows the password. MinIO requires 8 characters and strips white space; mc reads what follows a colon as a
 * session token.
 */
function validateRootPassword(password: string | undefined): ValidationIssue[] {
  const issue = (problem: string) => [{ argument: "rootPassword", value: "(secret)", problem }];
  if (password === undefined) return [];
  if (!/^[!-9;-~]{8,128}$/.test(password)) {
    return issue("must be 8 to 128 printable ASCII characters without spaces and colons: choose another");
  }
  if (password === "minioadmin") return issue("is MinIO's default password: choose another");
  return [];
}
