import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { Host } from "../../hosts/host.ts";
import {
  type DataNetwork,
  driverOf,
  isL2Attached,
  driverCapabilities,
} from "../../networks/node-network/data-network.ts";
import { knownValue } from "../../shared/inputs.ts";
import { throwIfInvalid, type ValidationIssue } from "../../../core/input-validation-error.ts";
import type { MinioServiceArgs } from "../args.ts";
import { declaredOrDefaultPools } from "../layout/defaults.ts";
import { API_PORT, CONSOLE_PORT, memberNames } from "../layout/topology.ts";
import { type MinioTls, providedCertificate } from "../security/tls.ts";

type NetworkArgs = Pick<MinioServiceArgs, "pools" | "expose" | "port" | "console" | "consolePort" | "allowFrom"> & {
  network: DataNetwork;
  networks?: DataNetwork[];
};

const MULTI_HOST_NETWORKS = "an OverlayNetwork, a MacvlanNetwork, an IpvlanNetwork or the HostNetwork";

/** Validates the networks of a store on these hosts. */
export function validateStoreNetworks(args: NetworkArgs, hosts: Readonly<Record<string, Host>>): ValidationIssue[] {
  const { network, networks = [] } = args;
  const pools = Object.entries(declaredOrDefaultPools(args, hosts));
  const members = pools.flatMap(([, pool]) => pool.hosts);
  return [
    ...validateSpansHosts(network, members),
    ...pools.flatMap(([pool, { hosts: keys }]) => validateHostsOnNetwork(network, `pools.${pool}.hosts`, keys)),
    ...networks.flatMap((one, index) => validateAdditionalNetwork(one, `networks[${index}]`, members)),
    ...(driverOf(network) === "host" ? validateHostNetwork(args, members.length) : []),
    ...(isL2Attached(network) ? validateNothingPublished(args) : []),
  ];
}

function validateSpansHosts(network: DataNetwork, members: readonly string[]): ValidationIssue[] {
  if (driverCapabilities(network).spansHosts || members.length < 2) return [];
  const problem = `does not connect hosts, and this store has ${members.length}: give ${MULTI_HOST_NETWORKS}`;
  return [{ argument: "network", value: driverOf(network), problem }];
}

function validateHostsOnNetwork(
  { hosts }: DataNetwork,
  argument: string,
  members: readonly string[],
): ValidationIssue[] {
  const problem = `is not on the store's network, which has ${hosts?.join(", ")}: add it to the network's hosts`;
  return members.filter((key) => hosts && !hosts.includes(key)).map((value) => ({ argument, value, problem }));
}

function validateAdditionalNetwork(
  network: DataNetwork,
  argument: string,
  members: readonly string[],
): ValidationIssue[] {
  const driver = driverOf(network);
  if (driver === "host") {
    const problem = "a task on the host's network cannot join others: give the HostNetwork as network, alone";
    return [{ argument, value: driver, problem }];
  }
  if (isL2Attached(network)) {
    const problem =
      "would carry the traffic between members, and the published ports: give it as network, and the other one in " +
      "networks";
    return [{ argument, value: driver, problem }];
  }
  return validateHostsOnNetwork(network, argument, members);
}

/** On the host network, MinIO's ports are ports of the host, and Docker does not control who can reach them. */
function validateHostNetwork(
  { networks = [], expose, port, console, consolePort, allowFrom }: NetworkArgs,
  members: number,
): ValidationIssue[] {
  const issues: ValidationIssue[] = [];
  const issue = (argument: string, value: unknown, problem: string) => issues.push({ argument, value, problem });
  if (networks.length > 0) {
    issue("networks", networks.length, "a task on the host's network cannot join others: leave them out");
  }
  const open = "on the host's network the ports are always open: leave it out";
  if (expose === false) issue("expose", expose, open);
  if (console === false) issue("console", console, open);
  const fixed = "on the host's network MinIO always has";
  if ((port ?? API_PORT) !== API_PORT) issue("port", port, `${fixed} ${API_PORT}: leave it out`);
  if ((consolePort ?? CONSOLE_PORT) !== CONSOLE_PORT) {
    issue("consolePort", consolePort, `${fixed} ${CONSOLE_PORT}: leave it out`);
  }
  if (allowFrom !== undefined && members > 1) {
    const problem = `would block the ${members} members from each other, which use these ports on their hosts' network`;
    issue("allowFrom", knownValue(allowFrom), `${problem}: leave it out, and set up your own firewall`);
  }
  return issues;
}

function validateNothingPublished({
  network,
  expose,
  port,
  console,
  consolePort,
  allowFrom,
}: NetworkArgs): ValidationIssue[] {
  const problem =
    `has no meaning on a ${driverOf(network)} network, which publishes nothing on hosts: leave it out, and use the ` +
    "members' own addresses, or an S3Gateway on a further overlay network";
  const given = { expose: expose || undefined, port, console, consolePort, allowFrom: knownValue(allowFrom) };
  return Object.entries(given)
    .filter(([, value]) => value !== undefined)
    .map(([argument, value]) => ({ argument, value, problem }));
}

/** Validates `tls` for the members of a store on these hosts. Outputs are validated by `validatedTls`. */
export function validateTls(
  { tls, pools }: Pick<MinioServiceArgs, "tls" | "pools">,
  serviceName: string,
  hosts: Readonly<Record<string, Host>>,
): ValidationIssue[] {
  const keys = Object.values(declaredOrDefaultPools({ pools }, hosts)).flatMap((pool) => pool.hosts);
  const members = memberNames(
    serviceName,
    keys.flatMap((key) => hosts[key] ?? []),
  );
  return validateCertificates(
    tls,
    members.flatMap((name) => knownValue(name) ?? []),
  );
}

/** Validates `tls` for a store with these member names. */
export function validateCertificates(tls: MinioTls | undefined, members: readonly string[]): ValidationIssue[] {
  if (tls === undefined) return [];
  if (CERTIFICATE_PARTS.every((part) => tls[part] === undefined)) return validateGeneratedCertificates(tls);
  const missing = CERTIFICATE_PARTS.filter((part) => !tls[part]);
  if (missing.length > 0) {
    const problem = "certificate, key and caCertificate belong together: give all three, or none to generate them";
    return missing.map((part) => ({ argument: `tls.${part}`, value: undefined, problem }));
  }
  const { lifetimeDays, renewBeforeDays, names } = tls;
  const unused = Object.entries({ lifetimeDays, renewBeforeDays, names }).filter(([, value]) => value !== undefined);
  const problem = "has no meaning with an existing certificate: leave it out";
  return [
    ...unused.map(([setting, value]) => ({ argument: `tls.${setting}`, value, problem })),
    ...validateProvidedCertificate(tls, members),
  ];
}

const CERTIFICATE_PARTS = ["certificate", "key", "caCertificate"] as const;

function validateGeneratedCertificates({
  lifetimeDays = 365,
  renewBeforeDays = 30,
  names = [],
}: MinioTls): ValidationIssue[] {
  const issues: ValidationIssue[] = [];
  if (!Number.isInteger(lifetimeDays) || lifetimeDays < 1 || lifetimeDays > 3650) {
    const problem = "must be a whole number of days from 1 to 3650";
    issues.push({ argument: "tls.lifetimeDays", value: lifetimeDays, problem });
  }
  if (!Number.isInteger(renewBeforeDays) || renewBeforeDays < 0 || renewBeforeDays >= lifetimeDays) {
    const problem = `must be a whole number of days below lifetimeDays ${lifetimeDays}`;
    issues.push({ argument: "tls.renewBeforeDays", value: renewBeforeDays, problem });
  }
  const invalid = names.filter((name) => !/^(\*\.)?[A-Za-z0-9]([A-Za-z0-9.:-]*[A-Za-z0-9])?$/.test(name));
  const problem = "must be a name or an address, without scheme and port: such as s3.example.com";
  return [...issues, ...invalid.map((value) => ({ argument: "tls.names", value, problem }))];
}

function validateProvidedCertificate(tls: MinioTls, members: readonly string[]): ValidationIssue[] {
  const [text, keyText, caText] = [knownValue(tls.certificate), knownValue(tls.key), knownValue(tls.caCertificate)];
  const certificate = text === undefined ? undefined : parseCertificate(text);
  const issues: ValidationIssue[] = [];
  const issue = (part: string, problem: string) => issues.push({ argument: `tls.${part}`, value: "(PEM)", problem });
  if (text !== undefined && !certificate) issue("certificate", "is not a certificate: give it as PEM");
  const authority = caText === undefined ? undefined : parseCertificate(caText);
  if (caText !== undefined && !authority) issue("caCertificate", "is not a certificate: give it as PEM");
  const key = keyText === undefined ? undefined : parseKey(keyText);
  if (keyText !== undefined && !key) issue("key", "is not a private key without passphrase: give it as PEM");
  if (!certificate) return issues;
  if (key && !certificate.checkPrivateKey(key)) {
    issue("key", "does not belong to the certificate: give the key that the certificate was issued for");
  }
  if (new Date(certificate.validTo).getTime() < Date.now()) issue("certificate", `expired on ${certificate.validTo}`);
  const uncovered = ["localhost", ...members].filter(
    (name) => certificate.checkHost(name, { subject: "never" }) === undefined,
  );
  if (uncovered.length > 0) {
    issue("certificate", `does not name ${uncovered.join(", ")}: request one with these names`);
  }
  if (text !== undefined && caText !== undefined && authority && !isSignedBy(text, caText)) {
    const problem = "signed neither the certificate nor one that follows it: give the authority that did";
    issue("caCertificate", problem);
  }
  return issues;
}

/** Whether one of the authorities signed the first certificate, directly or through the certificates that follow it. */
export function isSignedBy(chain: string, authorities: string): boolean {
  const [first, ...intermediates] = parseCertificates(chain);
  const trusted = parseCertificates(authorities);
  let current = first;
  while (current) {
    const signed = current;
    if (trusted.some((authority) => authority.raw.equals(signed.raw) || isIssuer(authority, signed))) return true;
    const index = intermediates.findIndex((one) => isIssuer(one, signed));
    [current] = index < 0 ? [] : intermediates.splice(index, 1);
  }
  return false;
}

function isIssuer(issuer: X509Certificate, certificate: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

/**
 * Validates a provided certificate once its parts and the members' names are known, as some are Outputs. Returns parts
 * that resolve only after the validation, so that an invalid certificate fails the update before a secret is created or
 * a member restarts.
 */
export function validatedTls(subject: string, tls: MinioTls, members: readonly pulumi.Input<string>[]): MinioTls {
  const provided = providedCertificate(tls);
  if (!provided) return tls;
  const { certificate, key, caCertificate } = provided;
  if ([certificate, key, caCertificate, ...members].every((part) => knownValue(part) !== undefined)) return tls;
  const isValid = pulumi.unsecret(
    pulumi
      .all([certificate, key, caCertificate, pulumi.all([...members])])
      .apply(([certificate, key, caCertificate, names]) => {
        throwIfInvalid(subject, validateProvidedCertificate({ certificate, key, caCertificate }, names));
        return true;
      }),
  );
  const afterValidation = (part: pulumi.Input<string>) => pulumi.all([part, isValid]).apply(([text]) => text);
  return {
    certificate: afterValidation(certificate),
    key: afterValidation(key),
    caCertificate: afterValidation(caCertificate),
  };
}

function parseCertificates(text: string): X509Certificate[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.flatMap((block) => parseCertificate(block) ?? []);
}

function parseCertificate(text: string): X509Certificate | undefined {
  try {
    return new X509Certificate(text);
  } catch {
    return undefined;
  }
}

function parseKey(text: string): KeyObject | undefined {
  try {
    return createPrivateKey(text);
  } catch {
    return undefined;
  }
}
