import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { canPull } from "../../../commands/lib/store-image.ts";
import { Engine } from "../../../engine/engine.ts";
import { SOURCE_VARIABLE } from "../../../toolchain/source.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-pull-"));
  vi.stubEnv("DOCKER_CONFIG", folder);
  vi.stubEnv(SOURCE_VARIABLE, "");
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

/** Asks an engine for an image that it does not have, and returns the headers with which the engine is asked. */
async function ask(image: string): Promise<{ pulls: boolean; headers: IncomingHttpHeaders }> {
  let headers: IncomingHttpHeaders = {};
  const server = createServer((request, response) => {
    const isRegistry = request.url?.includes("/distribution/") === true;
    if (isRegistry) headers = request.headers;
    const found = isRegistry || request.url === "/_ping";
    response
      .writeHead(found ? 200 : 404, { connection: "close" })
      .end(JSON.stringify({ Descriptor: { digest: "sha256:0" } }));
  });
  const socket = join(folder, "engine.sock");
  server.listen(socket);
  await once(server, "listening");
  const pulls = await canPull(new Engine({ host: `unix://${socket}` }), image);
  server.close();
  return { pulls, headers };
}

test("the engine asks the image's registry with the login of Docker's configuration", async () => {
  const auth = Buffer.from("bob:x").toString("base64");
  writeFileSync(join(folder, "config.json"), JSON.stringify({ auths: { "registry.example": { auth } } }));
  const { pulls, headers } = await ask("registry.example/app:1");
  expect(pulls).toBe(true);
  expect(JSON.parse(Buffer.from(String(headers["x-registry-auth"]), "base64url").toString())).toEqual({
    ...{ username: "bob", password: "x", serveraddress: "registry.example" },
  });
  expect((await ask("other.example/app:1")).headers["x-registry-auth"]).toBeUndefined();
});

test("a credential helper that fails does not stop the question", async () => {
  writeFileSync(join(folder, "config.json"), JSON.stringify({ credsStore: "none-of-that-name" }));
  const { pulls, headers } = await ask("registry.example/app:1");
  expect(pulls).toBe(true);
  expect(headers["x-registry-auth"]).toBeUndefined();
});
