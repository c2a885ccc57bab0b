import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { SecretReference } from "../../../engine/types.ts";
import type { Host } from "../../hosts/host.ts";
import { SwarmResource } from "../../shared/resource.ts";
import type { DeepInput } from "../../shared/inputs.ts";
import type { Swarm } from "../../swarm/swarm.ts";
import { createSecret, type FileRef, type FileOptions, secretMount } from "../../service/secrets-and-configs.ts";
import { memberName } from "../layout/topology.ts";

/** Certificates that the component makes, with an authority of its own. */
export interface GeneratedCertificates {
  /**
   * How long a certificate lasts, in days. The authority lasts ten years, or twice that if it is more.
   * @default 365
   */
  lifetimeDays?: number;

  /**
   * So many days before its end a certificate is renewed, by the next `up`: the preview shows it. All members restart.
   * @default 30
   */
  renewBeforeDays?: number;

  /**
   * Further names and addresses by which clients reach the store, beside those of hosts, members and the store itself.
   * @default - none
   * @example ["s3.example.com"]
   */
  names?: string[];
}

/** A certificate from elsewhere, PEM all of it. */
export interface ProvidedCertificate {
  /**
   * The certificate, and after it those between it and the authority. It must name every member
   * (`<serviceName>-<hostname>`), `localhost`, and what clients call the store.
   */
  certificate: pulumi.Input<string>;
  /** Its private key. Secret. */
  key: pulumi.Input<string>;
  /** The authority that signed it. */
  caCertificate: pulumi.Input<string>;
}

/** `true`: certificates of an authority of the store's own; else how these are made, or those to take. */
export type MinioTls = true | GeneratedCertificates | ProvidedCertificate;

/** The certificates of a store as its services see them. */
export interface StoreTls {
  caCertificate: pulumi.Output<string>;
  secrets: Record<TlsFile, FileRef>;
}

/** Where MinIO looks for its certificates: named explicitly, for without them it would silently speak plain HTTP. */
export const CERTIFICATES_FOLDER = "/run/secrets/certs";

/** In the order of their names: files of the folder. */
export const TLS_FILES = { ca: "certs/CAs/ca.crt", key: "certs/private.key", certificate: "certs/public.crt" } as const;

type TlsFile = keyof typeof TLS_FILES;

export function isProvided(tls: MinioTls | undefined): tls is ProvidedCertificate {
  return typeof tls === "object" && ("certificate" in tls || "key" in tls || "caCertificate" in tls);
}

/** What makes the clients in a member's container trust the store. */
export const TLS_ENVIRONMENT = {
  // In addition to where systems have theirs.
  SSL_CERT_DIR: `${CERTIFICATES_FOLDER}/CAs:/etc/ssl/certs:/etc/pki/tls/certs`,
  MINIO_HEALTHCHECK_URL: "https://localhost:9000",
};

/** The certificates, made or given, as Docker secrets. */
export function createTlsSecrets(
  name: string,
  tls: MinioTls,
  store: { swarm: Swarm; serviceName: string; hosts: readonly Host[]; addresses?: pulumi.Input<string[]> },
  opts: FileOptions,
): StoreTls {
  const { swarm, serviceName, hosts, addresses = [] } = store;
  const { owner: _owner, component: _component, ...child } = opts;
  const names = (more: readonly string[]) => certificateNames(serviceName, hosts, more, addresses);
  const { generation, ...texts } = createCertificates(name, tls, names, child);
  const make = (file: TlsFile) => createSecret(`${name}-tls-${file}`, swarm, texts[file], generation, opts);
  return { caCertificate: texts.ca, secrets: { ca: make("ca"), key: make("key"), certificate: make("certificate") } };
}

/** The certificates as files that only the container's own user can read. */
export function tlsSecretMounts({ secrets }: StoreTls): DeepInput<SecretReference>[] {
  return (Object.keys(TLS_FILES) as TlsFile[]).map((file) => secretMount(secrets[file], TLS_FILES[file], "0"));
}

/**
 * All that a store is called: by clients, by its members, and in their containers.
 *
 * @param addresses the members' own ones on their network, as far as they are known
 */
export function certificateNames(
  serviceName: string,
  hosts: readonly Host[],
  more: readonly string[] = [],
  addresses: pulumi.Input<string[]> = [],
): pulumi.Output<string[]> {
  const fixed = [
    serviceName,
    "localhost",
    "127.0.0.1",
    ...hosts.map(({ hostname }) => memberName(serviceName, hostname)),
  ];
  const ofHosts = hosts.flatMap(({ endpointAddress, privateAddress }) => [endpointAddress, privateAddress]);
  return pulumi.all([pulumi.all(ofHosts), pulumi.output(addresses)]).apply(([known, own]) => {
    const others = [...new Set([...fixed, ...known, ...own, ...more])].filter((one) => one !== serviceName);
    return [serviceName, ...others.toSorted()];
  });
}

/** What is in the files, and what tells them from their successors. */
export type Certificates = Record<TlsFile | "generation", pulumi.Output<string>>;

/** The certificates, made for these names (the user's further ones among them) or given. */
export function createCertificates(
  name: string,
  tls: MinioTls,
  names: (more: readonly string[]) => pulumi.Input<string[]>,
  opts: pulumi.CustomResourceOptions,
): Certificates {
  if (isProvided(tls)) return providedCertificate(tls);
  const settings = tls === true ? {} : tls;
  return generatedCertificate(name, settings, names(settings.names ?? []), opts);
}

function providedCertificate({ certificate, key, caCertificate }: ProvidedCertificate): Certificates {
  const [ca, own] = [pulumi.output(caCertificate), pulumi.output(certificate)];
  return { ca, certificate: own, key: pulumi.secret(key), generation: pulumi.all([ca, own]).apply(digest) };
}

function generatedCertificate(
  name: string,
  { lifetimeDays = 365, renewBeforeDays = 30 }: GeneratedCertificates,
  names: pulumi.Input<string[]>,
  opts: pulumi.CustomResourceOptions,
): Certificates {
  const authorityName = `${pulumi.getProject()} ${pulumi.getStack()} ${name}`;
  const inputs = { authorityName, names, lifetimeDays, renewBeforeDays };
  const { authority: ca, certificate, key, generation } = new GeneratedCertificate(`${name}-tls`, inputs, opts);
  return { ca, certificate, key: pulumi.secret(key), generation };
}

/** A certificate and its authority, in Pulumi's state and nowhere else, the keys encrypted. */
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
