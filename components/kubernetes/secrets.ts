import * as pulumi from "@pulumi/pulumi";
import type { RootCredentials } from "../minio/security/root-credentials.ts";
import { SECRET_FILES, SECRET_KINDS, secretContents } from "../minio/security/root-secrets.ts";
import { type Certificates, TLS_FILES } from "../minio/security/tls.ts";
import type { Scheme } from "../minio/layout/topology.ts";

/** Folder of the secrets in a member's container, the same as on a Swarm. */
export const SECRETS_FOLDER = "/run/secrets";

type TlsFile = keyof typeof TLS_FILES;

const TLS_KEYS: Record<TlsFile, string> = { ca: "ca.crt", key: "tls.key", certificate: "tls.crt" };

/** Returns the contents of the store's Secret, by key. */
export function secretData(
  credentials: Pick<RootCredentials, "user" | "password">,
  scheme: Scheme,
  certificates: Certificates | undefined,
): pulumi.Output<Record<string, string>> {
  const { user, password } = credentials;
  const known = pulumi.all([user, password, pulumi.output(certificates)]);
  return pulumi.secret(
    known.apply(([user, password, tls]) => {
      const texts = secretContents(user, password, scheme);
      const files = SECRET_KINDS.map((kind) => [SECRET_FILES[kind], texts[kind]] as const);
      const given = tls ? tlsFiles().map((file) => [TLS_KEYS[file], tls[file]] as const) : [];
      return Object.fromEntries([...files, ...given]);
    }),
  );
}

/** Returns the file paths of the Secret's keys in `SECRETS_FOLDER`. */
export function secretItems(scheme: Scheme): { key: string; path: string }[] {
  const files = SECRET_KINDS.map((kind) => ({ key: SECRET_FILES[kind], path: SECRET_FILES[kind] }));
  const tls = tlsFiles().map((file) => ({ key: TLS_KEYS[file], path: TLS_FILES[file] }));
  return scheme === "https" ? [...files, ...tls] : files;
}

function tlsFiles(): TlsFile[] {
  return Object.keys(TLS_FILES) as TlsFile[];
}
