import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";
import type { EngineConnection } from "./engine-connection.ts";

/** Certificates for a `tcp://` engine, PEM. */
export type TlsMaterial = Pick<EngineConnection, "ca" | "cert" | "key">;

/** Returns whether the engine is reached with TLS, which any of the certificates enables. */
export function isTls({ ca, cert, key }: TlsMaterial): boolean {
  return [ca, cert, key].some((pem) => pem !== undefined);
}

/** Returns whether requests to the engine cross a network in plain text. */
export function isUnencryptedRemote(host: string): boolean {
  const [, name] = /^tcp:\/\/(\[[^\]]*\]|[^:/]*)/.exec(host) ?? [];
  if (name === undefined) return false;
  const address = name.replace(/^\[|\]$/g, "");
  const isLoopback = isIP(address) === 4 ? address.startsWith("127.") : address === "::1" || address === "localhost";
  return !isLoopback;
}

/**
 * Reads the certificates of a folder, under the docker CLI's names: `ca.pem`, and `cert.pem` with `key.pem` if the engine
 * requires a client certificate.
 *
 * @param variable the environment variable that requests them
 * @param value the variable's value
 * @throws MissingCertificateError that names the missing file
 */
export function readCertificates(folder: string, variable: string, value = ""): TlsMaterial {
  const read = (name: string) => readTextIfExists(join(folder, `${name}.pem`));
  const material = { ca: read("ca"), cert: read("cert"), key: read("key") };
  const [missing] = missingCertificates(material);
  if (missing === undefined) return withoutUndefined(material);
  const file = join(folder, `${missing}.pem`);
  throw new MissingCertificateError(
    `the engine of the docker CLI: ${variable} "${value}": asks for TLS, but there is no ${file}: ` +
      "put it there, or reach the engine by a socket or by ssh://",
  );
}

/** A certificate that the environment requests does not exist. */
export class MissingCertificateError extends Error {
  /** Marks an error that Pulumi prints without a stack trace, like its own RunError. */
  readonly __pulumiRunError = true;
}

/** Returns the certificates and keys that a set lacks. */
export function missingCertificates({
  ca,
  cert,
  key,
}: Partial<Record<keyof TlsMaterial, unknown>>): (keyof TlsMaterial)[] {
  const missing: (keyof TlsMaterial)[] = ca === undefined ? ["ca"] : [];
  if (cert === undefined && key !== undefined) missing.push("cert");
  if (cert !== undefined && key === undefined) missing.push("key");
  return missing;
}

/** Removes undefined fields, so that recorded connections compare as equal. */
function withoutUndefined(material: TlsMaterial): TlsMaterial {
  return Object.fromEntries(Object.entries(material).filter(([, pem]) => pem !== undefined));
}

/** Returns the text of a file, or undefined if the file does not exist. */
export function readTextIfExists(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}
