import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ChecksumError, download, receiveFile } from "../../toolchain/download.ts";
import { SiteError } from "../../toolchain/site.ts";

const FILE = Buffer.from("a release".repeat(10_000));

let folder: string;
let server: Server | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-download-"));
  // A proxy of this machine's user does not reach the sites of these tests.
  vi.stubEnv("no_proxy", "127.0.0.1");
});
afterEach(() => {
  vi.unstubAllEnvs();
  server?.closeAllConnections();
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Starts a site, and returns the URL of its file. */
async function serve(listener: RequestListener): Promise<string> {
  const started = (server = createServer(listener));
  await new Promise<void>((done) => started.listen(0, "127.0.0.1", done));
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}/file.tar.gz`;
}

describe("a download", () => {
  it("continues where the site stopped to send", async () => {
    const ranges: (string | undefined)[] = [];
    const url = await serve(({ headers }, response) => {
      ranges.push(headers.range);
      const etag = '"one"';
      if (headers.range === undefined) {
        response.writeHead(200, { etag, "content-length": FILE.length }).write(FILE.subarray(0, 1_000));
      } else {
        const rest = FILE.subarray(1_000);
        const range = `bytes 1000-${FILE.length - 1}/${FILE.length}`;
        response.writeHead(206, { etag, "content-length": rest.length, "content-range": range }).end(rest);
      }
    });
    const path = join(folder, "stalled");
    await receiveFile(url, path, () => {}, { stallMs: 500, retryMs: [0] });
    expect(readFileSync(path).equals(FILE)).toBe(true);
    expect(ranges).toEqual([undefined, "bytes=1000-"]);
  });

  it("starts again if the site has another file meanwhile", async () => {
    let requests = 0;
    const url = await serve((_request, response) => {
      const isFirst = ++requests === 1;
      const content = isFirst ? Buffer.alloc(FILE.length, "x") : FILE;
      response.writeHead(200, { etag: `"${requests}"`, "content-length": FILE.length });
      if (isFirst) response.write(content.subarray(0, 1_000), () => response.destroy());
      else response.end(content);
    });
    const path = join(folder, "replaced");
    await receiveFile(url, path, () => {}, { retryMs: [0] });
    expect(readFileSync(path).equals(FILE)).toBe(true);
  });

  it("reports how much arrived", async () => {
    const url = await serve((_request, response) =>
      response.writeHead(200, { "content-length": 3_000_000 }).end(Buffer.alloc(3_000_000)),
    );
    const told: string[] = [];
    await receiveFile(url, join(folder, "large"), (detail) => told.push(detail));
    expect(told.at(-1)).toBe("3 of 3 MB");
  });

  it("fails for a folder that cannot be written, without another request", async () => {
    let requests = 0;
    const url = await serve((_request, response) => void (requests++, response.end(FILE)));
    await expect(receiveFile(url, join(folder, "none", "file"), () => {}, { retryMs: [0] })).rejects.toThrow("ENOENT");
    expect(requests).toBe(1);
  });

  it("removes a file with another checksum", async () => {
    const url = await serve((_request, response) => response.end(FILE));
    const path = join(folder, "bad");
    const refused = download(url, path, "0".repeat(64));
    await expect(refused).rejects.toThrow(ChecksumError);
    await expect(refused).rejects.toThrow(`but toolchain/checksums.json has ${"0".repeat(64)}`);
    expect(() => readFileSync(path)).toThrow("ENOENT");
  });

  it("does not repeat a request for a file that does not exist", async () => {
    let requests = 0;
    const url = await serve((_request, response) => void (requests++, response.writeHead(404).end()));
    await expect(download(url, join(folder, "missing"), "")).rejects.toThrow(SiteError);
    expect(requests).toBe(1);
  });
});
