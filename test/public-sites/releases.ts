import { createHash } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";

/** The host that releases name, and the storage to which it redirects. */
const RELEASES = "github.com";
const STORAGE = "release-assets.githubusercontent.com";

/** A failure of one request for a file. */
export type Fault =
  /** The site does not have it. */
  | "missing"
  /** The site is overloaded. */
  | "busy"
  /** The connection ends after half of what was asked for. */
  | "cut"
  /** Nothing follows after half of what was asked for. */
  | "stall"
  /** Other bytes arrive. */
  | "altered"
  /** The answer starts after three seconds. */
  | "slow";

/**
 * The download site of GitHub's releases: redirects to a storage, which continues a download from any byte. It can be
 * made to fail.
 */
export class ReleaseSite {
  readonly #files = new Map<string, Buffer>();
  readonly #faults = new Map<string, Fault[]>();
  /** Whether the storage has ETags, without which a download starts again. */
  hasEtags = true;

  /** Publishes a file by its URL's path. */
  publish(path: string, content: Buffer): void {
    this.#files.set(path, content);
  }

  /** Makes the next requests for the contents of a file fail, one after the other. */
  fail(name: string, ...faults: Fault[]): void {
    this.#faults.set(name, faults);
  }

  reset(): void {
    this.#faults.clear();
    this.hasEtags = true;
  }

  get hosts(): Record<string, RequestListener> {
    return {
      [RELEASES]: (request, response) => this.#redirect(request, response),
      [STORAGE]: (request, response) => void this.#send(request, response),
    };
  }

  #redirect({ url = "", method }: IncomingMessage, response: ServerResponse): void {
    const faults = this.#faults.get(nameOf(url));
    const missing = !this.#files.has(url) || (method === "GET" && faults?.[0] === "missing");
    if (missing) return void response.writeHead(404).end("Not Found");
    response.writeHead(302, { location: `https://${STORAGE}${url}?signature=1` }).end();
  }

  async #send({ url = "", method, headers }: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = url.replace(/\?.*/, "");
    const content = this.#files.get(path);
    if (!content) return void response.writeHead(404).end();
    const fault = method === "GET" ? this.#faults.get(nameOf(path))?.shift() : undefined;
    if (fault === "busy") return void response.writeHead(503).end();
    if (fault === "slow") await pause(3_000);
    const etag = this.hasEtags ? `"${createHash("sha256").update(content).digest("hex")}"` : undefined;
    const start = etag !== undefined && headers["if-range"] === etag ? firstByte(headers.range) : 0;
    const rest = content.subarray(start);
    const common = { "content-length": rest.length, ...(etag !== undefined && { etag }) };
    if (start === 0) response.writeHead(200, common);
    else {
      const range = `bytes ${start}-${content.length - 1}/${content.length}`;
      response.writeHead(206, { ...common, "content-range": range });
    }
    if (fault === "cut" || fault === "stall") {
      const sent = rest.subarray(0, Math.floor(rest.length / 2));
      return void response.write(sent, () => fault === "cut" && response.destroy());
    }
    response.end(fault === "altered" ? Buffer.alloc(rest.length, "x") : rest);
  }
}

const nameOf = (path: string) => path.split("/").at(-1) ?? "";
const firstByte = (range = "") => Number(/^bytes=(\d+)-$/.exec(range)?.[1] ?? 0);
