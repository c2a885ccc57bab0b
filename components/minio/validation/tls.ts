import { createPrivateKey, X509Certificate } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { Host } from "../../hosts/host.ts";
import { knownValue } from "../../shared/inputs.ts";
import { type ValidationIssue, throwIfInvalid } from "../../../core/input-validation-error.ts";
import type { MinioServiceArgs } from "../args.ts";
import { declaredOrDefaultPools } from "./pools.ts";
import { type ProvidedCertificate, isProvided, type MinioTls, type GeneratedCertificates } from "../security/tls.ts";
import { memberName } from "../layout/topology.ts";

/** What is wrong with the certificates asked for or given, as far as they are plain. */
export function validateTls(
  { tls, pools }: Pick<MinioServiceArgs, "tls" | "pools">,
  serviceName: string,
  hosts: Readonly<Record<string, Host>>,
): ValidationIssue[] {
  const keys = Object.values(declaredOrDefaultPools({ pools }, hosts)).flatMap((pool) => pool.hosts);
  const members = keys.flatMap((key) => hosts[key] ?? []).map(({ hostname }) => memberName(serviceName, hostname));
  return validateCertificates(tls, members);
}

/** What is wrong with the certificates of a store with these members. */
export function validateCertificates(tls: MinioTls | undefined, members: readonly string[]): ValidationIssue[] {
  if (tls === undefined || tls === true) return [];
  return isProvided(tls)
    ? validateProvidedCertificate(tls, ["localhost", ...members])
    : validateGeneratedCertificates(tls);
}

function validateGeneratedCertificates({
  lifetimeDays = 365,
  renewBeforeDays = 30,
  names = [],
}: GeneratedCertificates): ValidationIssue[] {
  const issues: ValidationIssue[] = [];
  if (!Number.isInteger(lifetimeDays) || lifetimeDays < 1 || lifetimeDays > 3650) {
    const problem = "must be a whole number of days from 1 to 3650";
    issues.push({ argument: "tls.lifetimeDays", value: lifetimeDays, problem });
  }
  if (!Number.isInteger(renewBeforeDays) || renewBeforeDays < 0 || renewBeforeDays >= lifetimeDays) {
    const problem = `must be a whole number of days below lifetimeDays ${lifetimeDays}`;
    issues.push({ argument: "tls.renewBeforeDays", value: renewBeforeDays, problem });
  }
  const wrong = names.filter((name) => !/^(\*\.)?[A-Za-z0-9]([A-Za-z0-9.:-]*[A-Za-z0-9])?$/.test(name));
  const problem = "must be a name or an address, without scheme and port: such as s3.example.com";
  return [...issues, ...wrong.map((value) => ({ argument: "tls.names", value, problem }))];
}

function validateProvidedCertificate(tls: ProvidedCertificate, names: string[]): ValidationIssue[] {
  const missing = (["certificate", "key", "caCertificate"] as const).filter((part) => !tls[part]);
  if (missing.length > 0) {
    const problem = "certificate, key and caCertificate belong together: give all three, or none for own certificates";
    return missing.map((part) => ({ argument: `tls.${part}`, value: undefined, problem }));
  }
  const [text, keyText, caText] = [knownValue(tls.certificate), knownValue(tls.key), knownValue(tls.caCertificate)];
  const certificate = text === undefined ? undefined : parseCertificate(text);
  const issues: ValidationIssue[] = [];
  const issue = (part: string, problem: string) => issues.push({ argument: `tls.${part}`, value: "(PEM)", problem });
  if (text !== undefined && !certificate) issue("certificate", "is no certificate: give it as PEM");
  const authority = caText === undefined ? undefined : parseCertificate(caText);
  if (caText !== undefined && !authority) issue("caCertificate", "is no certificate: give it as PEM");
  const key = keyText === undefined ? undefined : parseKey(keyText);
  if (keyText !== undefined && !key) issue("key", "is no private key without passphrase: give it as PEM");
  if (!certificate) return issues;
  if (key && !certificate.checkPrivateKey(key)) issue("key", "is not the certificate's: give the one it was made with");
  if (new Date(certificate.validTo).getTime() < Date.now()) issue("certificate", `ended on ${certificate.validTo}`);
  const unnamed = names.filter((name) => certificate.checkHost(name, { subject: "never" }) === undefined);
  if (unnamed.length > 0) issue("certificate", `does not name ${unnamed.join(", ")}: have it made with these names`);
  if (text !== undefined && caText !== undefined && authority && !isSignedBy(text, caText)) {
    const problem = "did not sign the certificate, nor one of those that follow it: give the authority that did";
    issue("caCertificate", problem);
  }
  return issues;
}

/** Whether one of the authorities signed the certificate, directly or through those that follow it. */
export function isSignedBy(chain: string, authorities: string): boolean {
  const [first, ...between] = parseCertificates(chain);
  const trusted = parseCertificates(authorities);
  let current = first;
  while (current) {
    const signed = current;
    if (trusted.some((authority) => authority.raw.equals(signed.raw) || isIssuer(authority, signed))) return true;
    const at = between.findIndex((one) => isIssuer(one, signed));
    [current] = at < 0 ? [] : between.splice(at, 1);
  }
  return false;
}

function isIssuer(issuer: X509Certificate, certificate: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function parseCertificates(text: string): X509Certificate[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.flatMap((block) => parseCertificate(block) ?? []);
}

/**
 * Returns certificates from elsewhere, checked once all of them are known: plain ones were before anything was
 * registered. Nothing is made of them, and no member restarts, if they do not fit.
 */
export function validatedTls<T extends MinioTls>(
  subject: string,
  tls: T,
  members: readonly string[],
): T | ProvidedCertificate {
  if (!isProvided(tls) || [tls.certificate, tls.key, tls.caCertificate].every((part) => knownValue(part) !== undefined))
    return tls;
  const known = pulumi.all([tls.certificate, tls.key, tls.caCertificate]);
  const isFit = pulumi.unsecret(
    known.apply(([certificate, key, caCertificate]) => {
      throwIfInvalid(
        subject,
        validateProvidedCertificate({ certificate, key, caCertificate }, ["localhost", ...members]),
      );
      return true;
    }),
  );
  const checked = (part: pulumi.Input<string>) => pulumi.all([part, isFit]).apply(([text]) => text);
  return { certificate: checked(tls.certificate), key: checked(tls.key), caCertificate: checked(tls.caCertificate) };
}

function parseCertificate(text: string): X509Certificate | undefined {
  try {
    return new X509Certificate(text);
  } catch {
    return undefined;
  }
}

function parseKey(text: string) {
  try {
    return createPrivateKey(text);
  } catch {
    return undefined;
  }
}
