import { once } from "node:events";
import { createServer as createProxy, type Server } from "node:http";
import { createServer, type Server as HttpsServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { createAuthority, createServerCertificate } from "../../provider/state/x509.ts";

/** An HTTPS server with a certificate of its own authority, and a proxy that leads only to it, at an address of this machine. */
export class WebhookServer {
  /** Certificate of the authority, PEM. */
  readonly authority: string;
  /** Values of the header Authorization, in order. */
  readonly authorizations: string[] = [];
  /** Errors of TLS connections, such as that a client does not trust the certificate. */
  readonly tlsErrors: string[] = [];
  /** Destinations of connections through the proxy: `host:port`. */
  readonly proxied: string[] = [];
  readonly #address: string;
  readonly #server: HttpsServer;
  readonly #proxy: Server;

  private constructor(address: string, authority: string, own: { certificate: string; key: string }) {
    this.#address = address;
    this.authority = authority;
    this.#server = createServer({ cert: own.certificate, key: own.key }, (request, response) => {
      this.authorizations.push(request.headers.authorization ?? "");
      request.resume();
      response.end();
    });
    this.#server.on("tlsClientError", ({ message }: Error) => this.tlsErrors.push(message));
    this.#proxy = createProxy((_request, response) => response.writeHead(405).end());
    this.#proxy.on("connect", ({ url = "" }, client) => {
      this.proxied.push(url);
      if (url !== new URL(this.url).host) return void client.end("HTTP/1.1 403 Forbidden\r\n\r\n");
      const [host, port] = url.split(":");
      const server = connect(Number(port), host, () => client.write("HTTP/1.1 200 OK\r\n\r\n"));
      for (const socket of [client, server])
        socket.on("error", () => [client, server].forEach((each) => each.destroy()));
      server.pipe(client).pipe(server);
    });
  }

  static async start(address: string): Promise<WebhookServer> {
    const period = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 86_400_000) };
    const authority = await createAuthority("webhook", period);
    const own = await createServerCertificate(authority, [address], period);
    const server = new WebhookServer(address, authority.certificate, own);
    for (const each of [server.#server, server.#proxy]) {
      each.listen(0, address);
      await once(each, "listening");
    }
    return server;
  }

  get url(): string {
    return `https://${this.#address}:${portOf(this.#server)}/`;
  }

  get proxyUrl(): string {
    return `http://${this.#address}:${portOf(this.#proxy)}`;
  }

  stop(): void {
    for (const each of [this.#server, this.#proxy]) {
      each.close();
      each.closeAllConnections();
    }
  }
}

function portOf(server: Server | HttpsServer): number {
  return (server.address() as AddressInfo).port;
}
