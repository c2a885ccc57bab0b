import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { download, publishedSha256 } from "../../toolchain/download.ts";

const FILE = Buffer.from("a release".repeat(10_000));
const SUM = createHash("sha256").update(FILE).digest("hex");
const PAGES: Record<string, Buffer> = {
  "/file.tar.gz": FILE,
  "/checksums.txt": Buffer.from(`${"0".repeat(64)}  other.tar.gz\n${SUM}  file.tar.gz\n`),
};

const server = createServer((request, response) => {
  const page = PAGES[request.url ?? ""];
  response.writeHead(page ? 200 : 404).end(page);
});
let folder: string;
let site: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-download-"));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("a download", () => {
  it("is accepted if it has its publisher's SHA-256", async () => {
    const path = join(folder, "good");
    await download(`${site}/file.tar.gz`, path, await publishedSha256(`${site}/checksums.txt`, "file.tar.gz"));
    expect(readFileSync(path).equals(FILE)).toBe(true);
  });

  it("is refused if it has another SHA-256", async () => {
    const wrong = publishedSha256(`${site}/checksums.txt`, "other.tar.gz");
    await expect(download(`${site}/file.tar.gz`, join(folder, "bad"), await wrong)).rejects.toThrow(
      `has SHA-256 ${SUM}, its publisher says ${"0".repeat(64)}`,
    );
  });

  it("is refused if its publisher lists no SHA-256 for it, or the site has no such file", async () => {
    await expect(publishedSha256(`${site}/checksums.txt`, "new.tar.gz")).rejects.toThrow(
      "names no SHA-256 of new.tar.gz",
    );
    await expect(publishedSha256(`${site}/none.txt`, "new.tar.gz")).rejects.toThrow("answered 404: try again, or set");
  });
});
