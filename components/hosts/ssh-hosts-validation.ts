import { knownValue } from "../shared/inputs.ts";
import { validatePort } from "../../core/port.ts";
import type { ValidationIssue } from "../../core/input-validation-error.ts";
import { isUserName, parseSshTarget } from "../../engine/ssh-errors.ts";
import { validateHost } from "./host-validation.ts";
import { JUMP_HOST_RULE, sshAddress } from "./ssh-connection.ts";
import type { SshHostArgs, SshHostsArgs, SshConnectionArgs } from "./ssh-hosts-args.ts";

/** The drives of a host without `drives`. */
export const DEFAULT_DRIVES = { drive1: {} };

/** Returns a host with the defaults filled in. */
export function withDefaults(
  key: string,
  host: SshHostArgs,
  defaults: SshHostsArgs["defaults"] = {},
): SshHostArgs & Required<Pick<SshHostArgs, "hostname" | "labels" | "drives">> {
  const { labels, drives = DEFAULT_DRIVES, ...way } = defaults;
  const given = Object.fromEntries(Object.entries(host).filter(([, value]) => value !== undefined)) as SshHostArgs;
  return { hostname: key, drives, ...way, ...given, labels: { ...labels, ...host.labels } };
}

/** Validates the hosts. */
export function validateSshHosts({ hosts, defaults, install, timeoutSeconds }: SshHostsArgs): ValidationIssue[] {
  const findings: ValidationIssue[] = [];
  if (Object.keys(hosts).length === 0) {
    const problem = 'needs at least one host: hosts: { a: { address: "192.0.2.1" } }';
    findings.push({ argument: "hosts", value: hosts, problem });
  }
  if (install !== undefined && ![false, "distribution", "docker"].includes(install)) {
    findings.push({ argument: "install", value: install, problem: 'must be "distribution", "docker" or false' });
  }
  const seconds = knownValue(timeoutSeconds);
  if (seconds !== undefined && !(seconds > 0)) {
    findings.push({ argument: "timeoutSeconds", value: seconds, problem: "must be a number of seconds above 0" });
  }
  const complete = Object.entries(hosts).map(([key, host]) => [key, withDefaults(key, host, defaults)] as const);
  return [
    ...findings,
    ...validateSshConnection("defaults", defaults ?? {}),
    ...complete.flatMap(([key, { hostname, labels, drives }]) =>
      validateHost({ key, hostname, engine: "ssh://host", labels, drives }).map((finding) =>
        finding.argument === "key"
          ? { ...finding, argument: "hosts" }
          : { ...finding, argument: `hosts.${key}.${finding.argument}` },
      ),
    ),
    ...Object.entries(hosts).flatMap(([key, host]) => validateSshAccess(`hosts.${key}`, host)),
    ...validateUnique(complete, "hostname", ({ hostname }) => hostname),
    ...validateUnique(complete, "address", connectionKey),
  ];
}

function validateSshConnection(
  where: string,
  { user, port, identityFile, jumpHost, jumpHostKey }: SshConnectionArgs,
): ValidationIssue[] {
  const check = <T>(
    name: string,
    value: T | undefined,
    ok: (value: T) => boolean,
    problem: string,
  ): ValidationIssue[] => (value === undefined || ok(value) ? [] : [{ argument: `${where}.${name}`, value, problem }]);
  return [
    ...check("user", knownValue(user), isUserName, USER_RULE),
    ...validatePort(`${where}.port`, knownValue(port)),
    ...check(
      "identityFile",
      knownValue(identityFile),
      (file) => file.trim() !== "",
      "must be the file of a private key",
    ),
    ...check("jumpHost", knownValue(jumpHost), (host) => parseSshTarget(`ssh://${host}`) !== undefined, JUMP_HOST_RULE),
    ...check("jumpHostKey", knownValue(jumpHostKey), isHostKey, HOST_KEY_RULE),
  ];
}

const USER_RULE = "must be the name of a user: letters, digits, '_', '.' and '-', the first a letter or '_'";

const HOST_KEY = /^(?:ssh-|ecdsa-|sk-)[\w@.-]+\s+[A-Za-z0-9+/]{32,}={0,2}(?:\s.*)?$/;
const HOST_KEY_RULE = 'must be type and key of a public key, as `ssh-keyscan` prints them: "ssh-ed25519 AAAA…"';
const isHostKey = (text: string) => HOST_KEY.test(text.trim());

/** Validates the connection settings of a machine that are known. */
export function validateSshAccess(where: string, host: SshHostArgs): ValidationIssue[] {
  return [...validateSshConnection(where, host), ...validateAddress(where, host)];
}

function validateAddress(where: string, { address, hostKey }: SshHostArgs): ValidationIssue[] {
  const findings: ValidationIssue[] = [];
  const name = knownValue(address);
  if (name !== undefined && (/[@/[\]]/.test(name) || parseSshTarget(sshAddress({ address: name })) === undefined)) {
    const problem =
      "must be the machine's name or address alone, of letters, digits, '.', '_', '-' and ':': user and port are " +
      "arguments of their own";
    findings.push({ argument: `${where}.address`, value: name, problem });
  }
  const key = knownValue(hostKey);
  if (key !== undefined && !isHostKey(key)) {
    findings.push({ argument: `${where}.hostKey`, value: key, problem: HOST_KEY_RULE });
  }
  return findings;
}

/** Returns what identifies the ssh server, if known. Ports of one address may lead to several machines. */
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
    const problem = `is host "${other ?? ""}" already: give each host a machine of its own`;
    return other === undefined
      ? []
      : [{ argument: `hosts.${key}.${argument}`, value: knownValue(host[argument]), problem }];
  });
}
