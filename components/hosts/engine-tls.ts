import type * as pulumi from "@pulumi/pulumi";
import type { EngineConnection } from "../../engine/engine-connection.ts";
import { isUnencryptedRemote, isTls, missingCertificates } from "../../engine/tls.ts";
import { knownValue } from "../shared/inputs.ts";
import type { ValidationIssue } from "../../core/input-validation-error.ts";

/** Certificates for a `tcp://` engine, PEM. */
export interface EngineTls {
  /** Certificate of the authority that signed the engine's certificate. Required even for a public authority. */
  ca: pulumi.Input<string>;
  /**
   * Client certificate.
   * @default - none, for an engine that does not require one
   */
  cert?: pulumi.Input<string>;
  /**
   * Private key of `cert`.
   * @default - none
   * @secret
   */
  key?: pulumi.Input<string>;
}

/** Validates the TLS settings of an engine. */
export function validateEngineTls(
  found: EngineConnection,
  tls: EngineTls | undefined,
  allowPlainTcp: boolean,
): ValidationIssue[] {
  const { host } = found;
  if (tls === undefined) return isTls(found) || allowPlainTcp ? [] : validatePlainTcp(host);
  if (!host.startsWith("tcp://")) {
    const problem = `is for tcp:// engines, and this one is at ${host}: leave it out`;
    return [{ argument: "tls", value: Object.keys(tls), problem }];
  }
  const missing = missingCertificates(tls).map((part) => ({
    argument: `tls.${part}`,
    value: undefined,
    problem: MISSING_CERTIFICATE_FIXES[part],
  }));
  const parts = ["ca", "cert", "key"] as const;
  return [...missing, ...parts.flatMap((part) => validatePem(part, knownValue(tls[part])))];
}

const MISSING_CERTIFICATE_FIXES = {
  ca: "give the certificate of the authority that signed the engine's own",
  cert: "give the certificate that tls.key belongs to",
  key: "give the private key of tls.cert",
};

const KINDS = { ca: "CERTIFICATE", cert: "CERTIFICATE", key: "(?:\\w+ )?PRIVATE KEY" };

function validatePem(part: keyof EngineTls, text: string | undefined): ValidationIssue[] {
  if (text === undefined || new RegExp(`^-----BEGIN ${KINDS[part]}-----$`, "m").test(text)) return [];
  const firstLine = part === "key" ? "-----BEGIN PRIVATE KEY-----" : "-----BEGIN CERTIFICATE-----";
  const problem = `must be the text of a PEM file, not its path: "${firstLine}…", as readFileSync gives it`;
  return [{ argument: `tls.${part}`, value: part === "key" ? "[hidden]" : text, problem }];
}

function validatePlainTcp(host: string): ValidationIssue[] {
  if (!isUnencryptedRemote(host)) return [];
  const problem =
    "has no TLS, so anyone on the network path can become root on that machine: give tls (or set " +
    "DOCKER_TLS_VERIFY and DOCKER_CERT_PATH), use ssh://, or set allowPlainTcp";
  return [{ argument: "engine", value: host, problem }];
}
