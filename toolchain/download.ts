import { createHash } from "node:crypto";
import { createReadStream, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { CHECKSUMS_FILE, storedChecksum } from "./checksums.ts";
import { progress, type ReportProgress } from "./progress.ts";
import type { Dispatcher } from "undici";
import { errorMessage } from "../engine/error-message.ts";
import { fileUrl, type ReleasedFile } from "./releases.ts";
import { httpsProxy, requestSite, SiteError } from "./site.ts";
import { SOURCE_VARIABLE } from "./source.ts";

/** Pauses before the attempts to continue an interrupted download, in milliseconds. */
const RETRY_MS = [1_000, 2_000, 4_000];

/** A file of the expected name with other contents than expected. */
export class ChecksumError extends Error {
  constructor(url: string, actual: string, expected: string, { algorithm = "SHA-256", source = CHECKSUMS_FILE } = {}) {
    const via = httpsProxy()?.name;
    super(
      `${url.split("/").at(-1)} has ${algorithm} ${actual}, but ${source} has ${expected}: ` +
        `${url}${via ? ` or the proxy ${via}` : ""} sent another file; nothing was kept`,
    );
    this.name = "ChecksumError";
  }
}

/**
 * Downloads a released file into a folder, and returns its path.
 *
 * @throws if this repository does not have its checksum: see `isDownloadable`.
 */
export async function downloadRelease(file: ReleasedFile, folder: string): Promise<string> {
  const sha256 = storedChecksum(file.name);
  if (sha256 === undefined) throw new Error(`${CHECKSUMS_FILE} does not have the checksum of ${file.name}`);
  const path = join(folder, file.name);
  await download(fileUrl(file), path, sha256);
  return path;
}

/**
 * Downloads a file and compares it with its checksum. Continues an interrupted download where it stopped if the site
 * supports this, otherwise starts over.
 *
 * @param sha256 in hex
 * @throws ChecksumError if the checksum is wrong. The file is then removed.
 */
export async function download(url: string, path: string, sha256: string): Promise<void> {
  await progress(`downloading ${url.split("/").at(-1)}`, async (report) => {
    await receiveFile(url, path, report).catch((error: unknown) => {
      throw withAdvice(error);
    });
    const actual = await hashFile(path);
    if (actual === sha256) return;
    rmSync(path);
    throw new ChecksumError(url, actual, sha256);
  });
}

function withAdvice(error: unknown): unknown {
  if (!(error instanceof SiteError) || error.problem === "login") return error;
  const advice = `run this again, or set ${SOURCE_VARIABLE}=registries to build it from Go modules`;
  return new SiteError(error.problem, `${error.message}: ${advice}`);
}

/** The part of a file that arrived. */
interface Received {
  bytes: number;
  /** The site's ETag for this version of the file; empty if it sends none, so that a download starts over. */
  etag: string;
}

export interface ReceiveOptions {
  /** Pauses before the further attempts, in milliseconds. */
  retryMs?: readonly number[];
  /** How long the site may send nothing, in milliseconds. */
  stallMs?: number;
}

/** Downloads a file without comparing it with a checksum. */
export async function receiveFile(
  url: string,
  path: string,
  report: ReportProgress,
  { retryMs = RETRY_MS, stallMs }: ReceiveOptions = {},
): Promise<void> {
  const received: Received = { bytes: 0, etag: "" };
  for (let attempt = 0; ; attempt++) {
    try {
      return await receiveRest(url, path, received, report, stallMs);
    } catch (error) {
      const wait = retryMs[attempt];
      if (wait === undefined || !(error instanceof SiteError)) throw error;
      if (error.problem === "refused" || error.problem === "login") throw error;
      report(`${error.problem}, trying again`);
      await pause(wait);
    }
  }
}

async function receiveRest(
  url: string,
  path: string,
  received: Received,
  report: ReportProgress,
  stallMs: number | undefined,
): Promise<void> {
  const rest = received.bytes > 0 && received.etag !== "";
  const headers = rest ? { range: `bytes=${received.bytes}-`, "if-range": received.etag } : undefined;
  const response = await requestSite(url, { headers, stallMs });
  const continues = response.statusCode === 206;
  if (!continues) received.bytes = 0;
  received.etag = strongEtag(response.headers["etag"]);
  const total = received.bytes + (Number(response.headers["content-length"]) || Number.NaN);
  const file = await open(path, continues ? "a" : "w");
  try {
    for await (const chunk of bodyOf(response, url)) {
      await file.writeFile(chunk);
      received.bytes += chunk.length;
      report(`${megabytes(received.bytes)}${Number.isNaN(total) ? "" : ` of ${megabytes(total)}`} MB`);
    }
  } finally {
    await file.close();
  }
}

async function* bodyOf({ body }: Dispatcher.ResponseData, url: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of body) yield chunk as Buffer;
  } catch (error) {
    throw new SiteError("interrupted", `${url}: the response ended too early (${errorMessage(error)})`);
  }
}

/** Only a strong ETag names the same bytes. */
function strongEtag(etag: string | string[] | undefined): string {
  return typeof etag === "string" && !etag.startsWith("W/") ? etag : "";
}

/** Returns the hash of a file in hex. */
export async function hashFile(path: string, algorithm: "sha1" | "sha256" = "sha256"): Promise<string> {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

const megabytes = (bytes: number) => Math.round(bytes / 1e6);
