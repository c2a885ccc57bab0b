import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { progress } from "./progress.ts";

/** Time for a site to begin to answer, and to send a whole file. */
const ANSWER_MS = 15_000;
const WHOLE_MS = 15 * 60_000;

/**
 * Downloads a file and compares it with the SHA-256 that its publisher gives. Not run where this was written: there,
 * only package registries answer.
 */
export async function download(url: string, path: string, sha256: string): Promise<void> {
  const name = url.split("/").at(-1) ?? url;
  await progress(`downloading ${name}`, async (tell) => {
    const response = await get(url, WHOLE_MS);
    const total = Number(response.headers.get("content-length")) || undefined;
    const hash = createHash("sha256");
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
    if (actual !== sha256) {
      throw new Error(`${url} has SHA-256 ${actual}, its publisher says ${sha256}: nothing was kept; try again`);
    }
  });
}

/** The SHA-256 of a file in a list such as `sha256sum` writes. Not run where this was written. */
export async function publishedSha256(listUrl: string, file: string): Promise<string> {
  const list = await (await get(listUrl, ANSWER_MS)).text();
  for (const line of list.split("\n")) {
    const [, sum, name] = /^([0-9a-f]{64})[ *]+(?:\.\/)?(\S+)\s*$/.exec(line) ?? [];
    if (sum && name === file) return sum;
  }
  throw new Error(
    `${listUrl} names no SHA-256 of ${file}: set PULUMI_SWARM_SOURCE=registries to build it here instead`,
  );
}

async function get(url: string, timeoutMs: number): Promise<Response> {
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
  if (!response.ok) {
    throw new Error(
      `${url} answered ${response.status}: try again, or set PULUMI_SWARM_SOURCE=registries to build from Go modules`,
    );
  }
  return response;
}

const megabytes = (bytes: number) => Math.round(bytes / 1e6);
