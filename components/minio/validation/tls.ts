import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { Host } from "../../hosts/host.ts";
import { knownValue } from "../../shared/inputs.ts";
import { throwIfInvalid, type ValidationIssue } from "../../../core/input-validation-error.ts";
import type { MinioServiceArgs } from "../args.ts";
import { declaredOrDefaultPools } from "../layout/defaults.ts";
import { memberNames } from "../layout/topology.ts";
import { type MinioTls, providedCertificate } from "../security/tls.ts";

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
