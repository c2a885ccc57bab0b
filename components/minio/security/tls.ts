import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { SecretReference } from "../../../engine/types.ts";
import type { Host } from "../../hosts/host.ts";
import { SwarmResource } from "../../shared/resource.ts";
import type { LeafInputs } from "../../shared/inputs.ts";
import type { Swarm } from "../../swarm/swarm.ts";
import { createSecret, type FileRef, type FileOptions, secretMount } from "../../service/secrets-and-configs.ts";
import { memberNames } from "../layout/topology.ts";

/**
 * TLS of a store. With `certificate`, `key` and `caCertificate`, it uses an existing certificate, all parts as PEM.
 * Without them, the component generates certificates and signs them with the store's own authority: `{}`.
 */
export interface MinioTls {
  /**
   * Validity of a certificate, in days. The authority is valid for ten years, or twice this if that is longer.
   * Plain: the preview checks it.
   * @default 365
   */
  lifetimeDays?: number;

  /**
   * Number of days before its expiry at which `up` starts to renew a certificate. The preview shows the renewal; all
   * members restart.
   * Plain: the preview checks it.
   * @default 30
   */
  renewBeforeDays?: number;

  /**
   * Further names and addresses at which clients reach the store, in addition to those of hosts, members and the store.
   * Plain: the preview checks it.
   * @default - none
   * @example ["s3.example.com"]
   */
  names?: string[];

  /**
   * An existing certificate, followed by any intermediate ones. It must name every member (`<serviceName>-<hostname>`),
   * `localhost`, and the names that clients use.
   * @default - the component generates one
   */
  certificate?: pulumi.Input<string>;

  /**
   * The private key of `certificate`. Kept as a secret.
   * @default - the component generates one
   * @secret
   */
  key?: pulumi.Input<string>;

  /**
   * The authority that signed `certificate`.
   * @default - the store's own authority
   */
  caCertificate?: pulumi.Input<string>;
}

/** An existing certificate. */
export type ProvidedCertificate = Required<Pick<MinioTls, "certificate" | "key" | "caCertificate">>;

/** The authority's certificate, and the secrets with a store's certificate files. */
export interface StoreTls {
  caCertificate: pulumi.Output<string>;
  secrets: Record<TlsFile, FileRef>;
}

/** Passed to MinIO as `--certs-dir`: with an explicit folder it fails without certificates instead of serving HTTP. */
export const CERTIFICATES_FOLDER = "/run/secrets/certs";

/** Paths under /run/secrets, sorted. */
export const TLS_FILES = { ca: "certs/CAs/ca.crt", key: "certs/private.key", certificate: "certs/public.crt" } as const;

type TlsFile = keyof typeof TLS_FILES;

/** Returns the existing certificate, if all its parts are given. */
export function providedCertificate({ certificate, key, caCertificate }: MinioTls): ProvidedCertificate | undefined {
  if (certificate === undefined || key === undefined || caCertificate === undefined) return undefined;
  return { certificate, key, caCertificate };
}

/** Folders with authorities in Linux distributions, which Go reads only if SSL_CERT_DIR names them or is not set. */
export const SYSTEM_AUTHORITIES = "/etc/ssl/certs:/etc/pki/tls/certs";

/** Makes mc and the health check in a member's container trust the store. */
export const TLS_ENVIRONMENT = {
  SSL_CERT_DIR: `${CERTIFICATES_FOLDER}/CAs:${SYSTEM_AUTHORITIES}`,
  MINIO_HEALTHCHECK_URL: "https://localhost:9000",
};

/** Creates Docker secrets with the generated or provided certificate. */
export function createTlsSecrets(
  name: string,
  tls: MinioTls,
  store: { swarm: Swarm; serviceName: string; hosts: readonly Host[]; addresses?: pulumi.Input<string[]> },
  opts: FileOptions,
): StoreTls {
  const { swarm, serviceName, hosts, addresses = [] } = store;
  const { owner: _owner, component: _component, transform: _transform, ...child } = opts;
  const names = (more: readonly string[]) => certificateNames(serviceName, hosts, more, addresses);
  const { generation, ...texts } = createCertificates(name, tls, names, child);
  const create = (file: TlsFile) => createSecret(`${name}-tls-${file}`, swarm, texts[file], generation, opts);
  return {
    caCertificate: texts.ca,
    secrets: { ca: create("ca"), key: create("key"), certificate: create("certificate") },
  };
}

/** Mounts the certificate files so that only this user of the container can read them. */
export function tlsSecretMounts({ secrets }: StoreTls, user: pulumi.Input<string>): LeafInputs<SecretReference>[] {
  return (Object.keys(TLS_FILES) as TlsFile[]).map((file) => secretMount(secrets[file], TLS_FILES[file], user));
}

/**
 * Returns all names and addresses of a store for a certificate, the store's name first, the others sorted.
 *
 * @param addresses the members' own addresses on their network, as far as they are known
 */
export function certificateNames(
  serviceName: string,
  hosts: readonly Host[],
  more: readonly string[] = [],
  addresses: pulumi.Input<string[]> = [],
): pulumi.Output<string[]> {
  const fixed = [serviceName, "localhost", "127.0.0.1"];
  const ofHosts = hosts.flatMap(({ endpointAddress, privateAddress }) => [endpointAddress, privateAddress]);
  const members = pulumi.all(memberNames(serviceName, hosts));
  return pulumi.all([pulumi.all(ofHosts), pulumi.output(addresses), members]).apply(([known, own, members]) => {
    const others = [...new Set([...fixed, ...members, ...known, ...own, ...more])].filter((one) => one !== serviceName);
    return [serviceName, ...others.toSorted()];
  });
}

/** Contents of the certificate files, and their generation. */
export type Certificates = Record<TlsFile | "generation", pulumi.Output<string>>;

/**
 * Returns the provided certificate, or generates one.
 *
 * @param names returns all names of the store, given the user's further ones
 */
export function createCertificates(
  name: string,
  tls: MinioTls,
  names: (more: readonly string[]) => pulumi.Input<string[]>,
  opts: pulumi.CustomResourceOptions,
): Certificates {
  const provided = providedCertificate(tls);
  return provided ? existingCertificate(provided) : generatedCertificate(name, tls, names(tls.names ?? []), opts);
}

function existingCertificate({ certificate, key, caCertificate }: ProvidedCertificate): Certificates {
  const [ca, own] = [pulumi.output(caCertificate), pulumi.output(certificate)];
  return { ca, certificate: own, key: pulumi.secret(key), generation: pulumi.all([ca, own]).apply(digest) };
}

function generatedCertificate(
  name: string,
  { lifetimeDays = 365, renewBeforeDays = 30 }: MinioTls,
  names: pulumi.Input<string[]>,
  opts: pulumi.CustomResourceOptions,
): Certificates {
  const authorityName = `${pulumi.getProject()} ${pulumi.getStack()} ${name}`;
  const inputs = { authorityName, names, lifetimeDays, renewBeforeDays };
  const { authority: ca, certificate, key, generation } = new GeneratedCertificate(`${name}-tls`, inputs, opts);
  return { ca, certificate, key: pulumi.secret(key), generation };
}

/** A certificate and its authority. They exist only in Pulumi's state, the keys encrypted. */
class GeneratedCertificate extends SwarmResource {
  declare readonly authority: pulumi.Output<string>;
  declare readonly certificate: pulumi.Output<string>;
  /** Secret. */
  declare readonly key: pulumi.Output<string>;
  declare readonly generation: pulumi.Output<string>;

  constructor(name: string, inputs: pulumi.Inputs, opts: pulumi.CustomResourceOptions) {
    const outputs = { authority: undefined, certificate: undefined, key: undefined, generation: undefined };
    super(
      "Certificate",
      name,
      { ...inputs, ...outputs, notAfter: undefined, authorityKey: undefined },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["key", "authorityKey"] }),
    );
  }
}

function digest(texts: string[]): string {
  return createHash("sha256").update(texts.join("\n")).digest("hex").slice(0, 16);
}
