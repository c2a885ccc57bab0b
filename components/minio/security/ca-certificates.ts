import * as pulumi from "@pulumi/pulumi";
import type { ConfigReference } from "../../../engine/types.ts";
import { InputValidationError, type ValidationIssue } from "../../../core/input-validation-error.ts";
import { configMount, createConfig, type FileOptions, type FileRef } from "../../service/secrets-and-configs.ts";
import { knownValue, type LeafInputs } from "../../shared/inputs.ts";
import type { Swarm } from "../../swarm/swarm.ts";
import type { MinioServiceArgs } from "../args.ts";
import { SYSTEM_AUTHORITIES, TLS_ENVIRONMENT } from "./tls.ts";

const FOLDER = "/etc/pulumi-swarm/ca-certificates";

const CERTIFICATE = /^\s*-----BEGIN CERTIFICATE-----\s[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*$/;

/** Validates the certificates that are known. */
export function validateCaCertificates({
  caCertificates,
}: Pick<MinioServiceArgs, "caCertificates">): ValidationIssue[] {
  return (knownValue(caCertificates) ?? []).flatMap((given, index) => {
    const certificate = knownValue(given);
    return certificate === undefined ? [] : certificateIssues(certificate, index);
  });
}

function certificateIssues(certificate: string, index: number): ValidationIssue[] {
  if (CERTIFICATE.test(certificate)) return [];
  const problem = "must be one certificate in PEM form, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----";
  const shown = certificate.trim().split("\n")[0]?.slice(0, 40);
  return [{ argument: `caCertificates[${index}]`, value: shown, problem }];
}

/** Creates a Docker config with the certificates, validated once they are known; undefined if there are none. */
export function createCaCertificatesConfig(
  name: string,
  subject: string,
  swarm: Swarm,
  certificates: MinioServiceArgs["caCertificates"],
  opts: FileOptions,
): FileRef | undefined {
  if (certificates === undefined || knownValue(certificates)?.length === 0) return undefined;
  const text = pulumi.output(certificates).apply((known) => {
    const issues = known.flatMap(certificateIssues);
    if (issues.length > 0) throw new InputValidationError(subject, issues);
    return known.map((certificate) => `${certificate.trim()}\n`).join("");
  });
  return createConfig(name, swarm, text, opts);
}

/** Mounts the certificates. They are public. */
export function caCertificatesMount(config: FileRef, user: pulumi.Input<string>): LeafInputs<ConfigReference> {
  return configMount(config, `${FOLDER}/ca-certificates.crt`, user);
}

/**
 * Returns the variable with the folders of authorities; none without certificates. MinIO's own option for them,
 * `--certs-dir`, would require a server certificate too.
 */
export function authoritiesEnvironment(store: { tls?: object; caCertificates?: FileRef }): Record<string, string> {
  if (!store.caCertificates) return {};
  return { SSL_CERT_DIR: `${FOLDER}:${store.tls ? TLS_ENVIRONMENT.SSL_CERT_DIR : SYSTEM_AUTHORITIES}` };
}
