import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { progress } from "./progress.ts";

/** Time for a site to start its answer, and to send a whole file, in milliseconds. */
const ANSWER_MS = 15_000;
const DOWNLOAD_MS = 15 * 60_000;

/** Hash algorithms by the length of their checksum in hex digits. */
const ALGORITHMS: Readonly<Record<number, string>> = { 40: "sha1", 64: "sha256" };
const ALGORITHM_NAMES: Readonly<Record<string, string>> = { sha1: "SHA-1", sha256: "SHA-256" };

/**
 * Downloads a file and compares it with its publisher's checksum. Not tested against the real sites: the development
 * machine reaches only package registries.
 *
 * @param sum SHA-256 in hex, or SHA-1 if the publisher gives no other
 */
export async function download(url: string, path: string, sum: string): Promise<void> {
  const algorithm = ALGORITHMS[sum.length] ?? "sha256";
  const name = url.split("/").at(-1) ?? url;
  await progress(`downloading ${name}`, async (tell) => {
    const response = await fetchOrThrow(url, DOWNLOAD_MS);
    const total = Number(response.headers.get("content-length")) || undefined;
    const hash = createHash(algorithm);
    let received = 0;
    const measure = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        hash.update(chunk);
        received += chunk.length;
        tell(`${megabytes(received)}${total ? ` of ${megabytes(total)}` : ""} MB`);
        done(null, chunk);
      },
    });
    if (!response.body) throw new Error(`${url} sent nothing: try again`);
    await pipeline(Readable.fromWeb(response.body), measure, createWriteStream(path));
    const actual = hash.digest("hex");
    if (actual !== sum) {
      throw new Error(
        `${url} has ${ALGORITHM_NAMES[algorithm]} ${actual}, its publisher says ${sum}: nothing was kept; try again`,
      );
    }
  });
}

/** Returns the SHA-256 of a file from a list in the format of `sha256sum`. Not tested against the real sites. */
export function publishedSha256(listUrl: string, file: string): Promise<string> {
  return findPublishedChecksum(listUrl, file, /^[0-9a-f]{64}$/, "SHA-256");
}

/** Returns the SHA-256 of a file, or its SHA-1, from a list with either. Not tested against the real sites. */
export function publishedChecksum(listUrl: string, file: string): Promise<string> {
  return findPublishedChecksum(listUrl, file, /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, "checksum");
}

async function findPublishedChecksum(listUrl: string, file: string, form: RegExp, what: string): Promise<string> {
  const list = await (await fetchOrThrow(listUrl, ANSWER_MS)).text();
  for (const line of list.split("\n")) {
    const [, sum = "", name] = /^([0-9a-f]+)[ *]+(?:\.\/)?(\S+)\s*$/.exec(line) ?? [];
    if (form.test(sum) && name === file) return sum;
  }
  throw new Error(
    `${listUrl} names no ${what} of ${file}: set PULUMI_SWARM_SOURCE=registries to build it here instead`,
  );
}

async function fetchOrThrow(url: string, timeoutMs: number): Promise<Response> {
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
  if (!response.ok) {
    throw new Error(
      `${url} answered ${response.status}: try again, or set PULUMI_SWARM_SOURCE=registries to build from Go modules`,
    );
  }
  return response;
}

const megabytes = (bytes: number) => Math.round(bytes / 1e6);
