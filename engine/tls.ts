import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";
import type { EngineConnection } from "./engine-connection.ts";

/** Certificates for a `tcp://` engine, PEM. */
export type TlsMaterial = Pick<EngineConnection, "ca" | "cert" | "key">;

/** Whether the engine is reached in TLS: any of the certificates asks for it. */
export function isTls({ ca, cert, key }: TlsMaterial): boolean {
  return [ca, cert, key].some((pem) => pem !== undefined);
}

/** Whether what is sent to the engine crosses a network in plain text. */
export function isUnencryptedRemote(host: string): boolean {
  const [, name] = /^tcp:\/\/(\[[^\]]*\]|[^:/]*)/.exec(host) ?? [];
  if (name === undefined) return false;
  const address = name.replace(/^\[|\]$/g, "");
  const isLoopback = isIP(address) === 4 ? address.startsWith("127.") : address === "::1" || address === "localhost";
  return !isLoopback;
}

/**
 * The certificates of a folder, named as the docker CLI names them: `ca.pem`, and `cert.pem` with `key.pem` where the
 * engine wants a client certificate.
 *
 * @param variable the environment variable that asks for them
 * @param value its value
 * @throws MissingCertificateError that names the missing file
 */
export function readCertificates(folder: string, variable: string, value = ""): TlsMaterial {
  const read = (name: string) => readTextIfExists(join(folder, `${name}.pem`));
  const material = { ca: read("ca"), cert: read("cert"), key: read("key") };
  const [missing] = missingCertificates(material);
  if (missing === undefined) return withoutAbsent(material);
  const file = join(folder, `${missing}.pem`);
  throw new MissingCertificateError(
    `this machine's engine: ${variable} "${value}": asks for TLS, but there is no ${file}: ` +
      "put it there, or reach the engine by a socket or by ssh://",
  );
}

/** A certificate that the environment asks for does not exist. */
export class MissingCertificateError extends Error {
  /** Pulumi prints an error with this mark without a stack trace, as it does its own RunError. */
  readonly __pulumiRunError = true;
}

/** The parts that a set of certificates lacks. */
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

/** Without the fields that are undefined: state compares what is there. */
function withoutAbsent(material: TlsMaterial): TlsMaterial {
  return Object.fromEntries(Object.entries(material).filter(([, pem]) => pem !== undefined));
}

/** The text of a file; undefined when there is no such file. */
export function readTextIfExists(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}
