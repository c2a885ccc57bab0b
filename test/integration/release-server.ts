import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { basename } from "node:path";

/** An HTTP server in place of a release. */
export interface ReleaseServer extends AsyncDisposable {
  url: string;
  /** Names of the requested files. */
  requests: string[];
}

/** Serves files on this machine by their names. */
export async function serveRelease(paths: readonly string[]): Promise<ReleaseServer> {
  const files = new Map(paths.map((path) => [basename(path), path]));
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const name = basename(request.url ?? "");
    requests.push(name);
    const path = files.get(name);
    if (path === undefined) response.writeHead(404).end();
    else response.end(readFileSync(path));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await once(server.close(), "close");
    },
  };
}
