import { createHash } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { tar, type TarEntry } from "../../toolchain/tar.ts";

const REGISTRY = "registry-1.docker.io";
const TOKENS = "auth.docker.io";
const TOKEN = "a-token";
/** Makes JSON another file with the same meaning. */
const SPACE = Buffer.from(" ");

const INDEX = "application/vnd.oci.image.index.v1+json";
const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const CONFIG = "application/vnd.oci.image.config.v1+json";
const LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";

interface StoredFile {
  type: string;
  content: Buffer;
}

/** An image of one layer for this machine's architecture. */
export interface SiteImage {
  files: readonly TarEntry[];
  entrypoint: readonly string[];
  env: readonly string[];
}

/** Docker Hub: a registry that requires an anonymous token, and the server of its tokens. Can only be read. */
export class RegistrySite {
  readonly #files = new Map<string, StoredFile>();
  /** Whether indexes and manifests arrive with other bytes than were published. */
  isAltered = false;

  /** Publishes an image, and returns the digest of its index. */
  publish({ files, entrypoint, env }: SiteImage): string {
    const layer = tar(files);
    const architecture = process.arch === "x64" ? "amd64" : process.arch;
    const config = {
      ...{ architecture, os: "linux", config: { Entrypoint: entrypoint, Env: env } },
      rootfs: { type: "layers", diff_ids: [digestOf(layer)] },
    };
    const manifest = {
      ...{ schemaVersion: 2, mediaType: MANIFEST },
      config: this.#add(CONFIG, json(config)),
      layers: [this.#add(LAYER, gzipSync(layer, { level: 1 }))],
    };
    const platform = { architecture, os: "linux" };
    const manifests = [{ ...this.#add(MANIFEST, json(manifest)), platform }];
    return this.#add(INDEX, json({ schemaVersion: 2, mediaType: INDEX, manifests })).digest;
  }

  get hosts(): Record<string, RequestListener> {
    return {
      [TOKENS]: (_request, response) => response.end(JSON.stringify({ token: TOKEN, expires_in: 300 })),
      [REGISTRY]: (request, response) => this.#answer(request, response),
    };
  }

  #add(mediaType: string, content: Buffer): { mediaType: string; digest: string; size: number } {
    const digest = digestOf(content);
    this.#files.set(digest, { type: mediaType, content });
    return { mediaType, digest, size: content.length };
  }

  #answer({ url = "", method, headers }: IncomingMessage, response: ServerResponse): void {
    if (headers.authorization !== `Bearer ${TOKEN}`) {
      const challenge = `Bearer realm="https://${TOKENS}/token",service="registry.docker.io"`;
      return void response.writeHead(401, { "www-authenticate": challenge }).end();
    }
    if (url === "/v2/") return void response.end("{}");
    const digest = /\/(?:manifests|blobs)\/(sha256:[0-9a-f]{64})$/.exec(url)?.[1] ?? "";
    const file = this.#files.get(digest);
    if (!file) return void response.writeHead(404).end('{"errors":[{"code":"MANIFEST_UNKNOWN"}]}');
    const content = this.isAltered && url.includes("/manifests/") ? Buffer.concat([file.content, SPACE]) : file.content;
    const length = { "content-type": file.type, "content-length": content.length };
    response.writeHead(200, { ...length, "docker-content-digest": digest });
    response.end(method === "HEAD" ? undefined : content);
  }
}

const digestOf = (content: Buffer) => `sha256:${createHash("sha256").update(content).digest("hex")}`;
const json = (value: object) => Buffer.from(JSON.stringify(value));
