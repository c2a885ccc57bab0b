import { knownValue } from "../shared/inputs.ts";
import type { ValidationIssue } from "../../core/input-validation-error.ts";
import type { SshHostArgs, SshHostDefaults, SshHostsArgs } from "./host-args.ts";
import {
  DEFAULT_DRIVES,
  validateAddresses,
  validateHost,
  validateInstall,
  validateTimeout,
} from "./host-validation.ts";
import { validateSshAccess, validateSshConnection } from "./ssh-validation.ts";

/** Returns a host with the defaults filled in. */
export function withDefaults(
  host: SshHostArgs,
  defaults: SshHostDefaults = {},
): SshHostArgs & Required<Pick<SshHostArgs, "labels" | "drives">> {
  const { labels, drives = DEFAULT_DRIVES, ...connection } = defaults;
  const given = Object.fromEntries(Object.entries(host).filter(([, value]) => value !== undefined)) as SshHostArgs;
  return { drives, ...connection, ...given, labels: { ...labels, ...host.labels } };
}

/** Validates the hosts. */
export function validateSshHosts({ hosts, defaults, install, timeoutSeconds }: SshHostsArgs): ValidationIssue[] {
  const issues: ValidationIssue[] = [];
  if (Object.keys(hosts).length === 0) {
    const problem = 'needs at least one host: hosts: { a: { address: "192.0.2.1" } }';
    issues.push({ argument: "hosts", value: hosts, problem });
  }
  const complete = Object.entries(hosts).map(([key, host]) => [key, withDefaults(host, defaults)] as const);
  return [
    ...issues,
    ...validateInstall(install),
    ...validateTimeout(timeoutSeconds),
    ...validateSshConnection("defaults", defaults ?? {}),
    ...complete.flatMap(([key, { hostname, labels, drives, ...addresses }]) =>
      [...validateHost({ key, hostname, engine: "ssh://host", labels, drives }), ...validateAddresses(addresses)].map(
        (issue) =>
          issue.argument === "key"
            ? { ...issue, argument: "hosts" }
            : { ...issue, argument: `hosts.${key}.${issue.argument}` },
      ),
    ),
    ...Object.entries(hosts).flatMap(([key, host]) => validateSshAccess(`hosts.${key}`, host)),
    ...validateUnique(complete, "hostname", ({ hostname }) => hostname),
    ...validateUnique(complete, "address", connectionKey),
  ];
}

/** Returns a key that identifies the ssh server, if known. Ports of one address may lead to different machines. */
function connectionKey({ address, port, jumpHost }: SshHostArgs): string | undefined {
  const name = knownValue(address);
  return name === undefined ? undefined : [name, knownValue(port) ?? 22, knownValue(jumpHost) ?? ""].join(" ");
}

function validateUnique<T extends SshHostArgs>(
  hosts: readonly (readonly [string, T])[],
  argument: "hostname" | "address",
  valueOf: (host: T) => string | undefined,
): ValidationIssue[] {
  const first = new Map<string, string>();
  return hosts.flatMap(([key, host]) => {
    const value = valueOf(host);
    if (value === undefined) return [];
    const other = first.get(value);
    first.set(value, other ?? key);
    const problem = `is already used by host "${other ?? ""}": give each host its own machine`;
    return other === undefined
      ? []
      : [{ argument: `hosts.${key}.${argument}`, value: knownValue(host[argument]), problem }];
  });
}
