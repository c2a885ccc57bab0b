import { isIP } from "node:net";
import { posix } from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import { engineAddressError } from "../../engine/connection.ts";
import { isMachineName } from "../../engine/ssh-errors.ts";
import { nodeAddressError } from "../../core/ip-address.ts";
import type { EngineConnection } from "../../engine/engine-connection.ts";
import { HOSTNAME_RULE, isHostname } from "../../core/hostname.ts";
import { DNS_LABEL_RULE, isDnsLabel } from "../../core/dns-label.ts";
import type { ValidationIssue } from "../../core/input-validation-error.ts";
import type { Drive } from "../../core/drive.ts";
import { ENGINE_SOURCES, type EngineSource } from "../../core/engine-source.ts";
import { knownValue } from "../shared/inputs.ts";
import { validateEngineTls } from "./engine-tls.ts";
import type { HostArgs } from "./host-args.ts";
import { validateSshAccess } from "./ssh-validation.ts";

/** The drives of a host without `drives`. */
export const DEFAULT_DRIVES = { drive1: {} };

/** The plain fields of a host, which can be validated before anything is registered. */
export interface HostFields {
  key: string;
  hostname?: string;
  /** Address of its engine. */
  engine: string;
  labels: Readonly<Record<string, string>>;
  drives: Readonly<Record<string, Drive>>;
}

/** Validates the connection of a `Host`: over ssh, or to the engine that was `found`. */
export function validateHostConnection(args: HostArgs, found: EngineConnection | undefined): ValidationIssue[] {
  const { ssh, install, tls, allowPlainTcp = false, timeoutSeconds } = args;
  const connectionIssues = ssh
    ? [...validateSshAccess("ssh", ssh), ...rejectWithSsh(args)]
    : [...(found ? validateEngineTls(found, tls, allowPlainTcp) : []), ...rejectWithoutSsh(install)];
  return [...connectionIssues, ...validateInstall(install), ...validateTimeout(timeoutSeconds)];
}

/** Validates the source of Docker Engine. */
export function validateInstall(install: EngineSource | undefined): ValidationIssue[] {
  if (install === undefined || ENGINE_SOURCES.includes(install)) return [];
  const problem = 'must be "distribution" or "docker", or left out so that nothing is installed';
  return [{ argument: "install", value: install, problem }];
}

/** Validates a time limit in seconds, if it is known. */
export function validateTimeout(timeoutSeconds: pulumi.Input<number> | undefined): ValidationIssue[] {
  const seconds = knownValue(timeoutSeconds);
  if (seconds === undefined || seconds > 0) return [];
  return [{ argument: "timeoutSeconds", value: seconds, problem: "must be a number of seconds above 0" }];
}

/** The addresses of a host. */
type AddressArgs = Pick<HostArgs, "privateAddress" | "dataPathAddress" | "endpointAddress">;

/** Validates a host's known addresses. Docker Engine accepts only IP addresses; clients also accept names. */
export function validateAddresses(args: AddressArgs): ValidationIssue[] {
  const ofNode = (["privateAddress", "dataPathAddress"] as const).flatMap((argument) => {
    const value = knownValue(args[argument]);
    const problem = value === undefined ? undefined : nodeAddressError(value);
    return problem === undefined ? [] : [{ argument, value, problem }];
  });
  const value = knownValue(args.endpointAddress);
  if (value === undefined || isIP(value) !== 0 || (isMachineName(value) && !value.startsWith("["))) return ofNode;
  const problem = "must be a host name or an IP address alone, without scheme, port or prefix length";
  return [...ofNode, { argument: "endpointAddress", value, problem }];
}

function rejectWithSsh({ engine, tls, allowPlainTcp }: HostArgs): ValidationIssue[] {
  const others = { engine, tls: tls && Object.keys(tls), allowPlainTcp };
  return Object.entries(others).flatMap(([argument, value]) => {
    const problem = "is for an engine that is reached without ssh: leave it out, or leave out ssh";
    return value === undefined ? [] : [{ argument, value, problem }];
  });
}

function rejectWithoutSsh(install: EngineSource | undefined): ValidationIssue[] {
  if (install === undefined) return [];
  const problem = "needs ssh to reach the machine: give ssh, or install Docker Engine there yourself";
  return [{ argument: "install", value: install, problem }];
}

/** Validates the plain fields of a host. */
export function validateHost({ key, hostname, engine, labels, drives }: HostFields): ValidationIssue[] {
  const issues: ValidationIssue[] = [];
  const address = engineAddressError(engine);
  if (address) issues.push({ argument: "engine", value: engine, problem: address });
  if (!isDnsLabel(key)) issues.push({ argument: "key", value: key, problem: DNS_LABEL_RULE });
  if (hostname !== undefined && !isHostname(hostname)) {
    issues.push({
      argument: "hostname",
      value: hostname,
      problem: `${HOSTNAME_RULE}; leave it out for the engine's own`,
    });
  }
  for (const label of Object.keys(labels)) {
    if (label.trim() === "" || /[\s=]/.test(label)) {
      issues.push({ argument: "labels", value: label, problem: "must be a label name without spaces and =" });
    }
  }
  if (Object.keys(drives).length === 0) {
    issues.push({
      argument: "drives",
      value: drives,
      problem: "a host needs at least one drive: drives: { d1: {} }",
    });
  }
  return [
    ...issues,
    ...Object.entries(drives).flatMap(([name, drive]) => validateDrive(name, drive)),
    ...validateDriveFolders(drives),
  ];
}

function validateDrive(name: string, drive: Drive): ValidationIssue[] {
  const issues: ValidationIssue[] = [];
  const argument = `drives.${name}`;
  if (!isDnsLabel(name)) issues.push({ argument: "drives", value: name, problem: `a drive's key ${DNS_LABEL_RULE}` });
  const { path, subfolder } = drive;
  if (path !== undefined && (!posix.isAbsolute(path) || posix.normalize(path) !== path || path === "/")) {
    const problem = 'must be the absolute mount point of a disk other than the root disk, such as "/mnt/disk1"';
    issues.push({ argument: `${argument}.path`, value: path, problem });
  }
  if (subfolder !== undefined && path === undefined) {
    const problem = "has no meaning without path: give path as well, or leave it out for a Docker volume";
    issues.push({ argument: `${argument}.subfolder`, value: subfolder, problem });
  }
  if (subfolder !== undefined && !/^[A-Za-z0-9_][A-Za-z0-9._-]*(\/[A-Za-z0-9_][A-Za-z0-9._-]*)*$/.test(subfolder)) {
    issues.push({
      argument: `${argument}.subfolder`,
      value: subfolder,
      problem: 'must be a relative folder, such as "minio"',
    });
  }
  return issues;
}

/** Rejects two drives in one folder: MinIO would count one drive twice. */
function validateDriveFolders(drives: HostFields["drives"]): ValidationIssue[] {
  const first = new Map<string, string>();
  return Object.entries(drives).flatMap(([name, { path, subfolder = "minio" }]) => {
    if (path === undefined) return [];
    const folder = posix.join(path, subfolder);
    const other = first.get(folder);
    first.set(folder, other ?? name);
    const problem = `is already the folder of drive "${other ?? ""}": give each drive its own disk`;
    return other === undefined ? [] : [{ argument: `drives.${name}`, value: folder, problem }];
  });
}
