import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import type { Duplex } from "node:stream";
import { createSecureContext, type SecureContext } from "node:tls";
import { createAuthority, createServerCertificate, type KeyPair } from "../../provider/state/x509.ts";

const HOUR = 3_600_000;

export interface ProxyOptions {
  /** Login that the proxy requires: `user:password`. @default - none */
  login?: string;
  /** Address to listen on. @default 127.0.0.1 */
  address?: string;
}

/**
 * A forward proxy that inspects TLS, as in many companies: it answers CONNECT, and then the requests of the client
 * itself, with certificates of its own authority. It connects to nothing else.
 */
export class InspectingProxy {
  /** The requests that arrived: `GET host/path`, and `CONNECT host` for hosts that it refused. */
  readonly requests: string[] = [];
  readonly authority: KeyPair;
  readonly #proxy: Server;
  readonly #sites: Server;
  readonly #address: string;
  readonly #sockets = new Set<Duplex>();

  private constructor(
    authority: KeyPair,
    sites: Server,
    { login, address = "127.0.0.1" }: ProxyOptions,
    hosts: Set<string>,
  ) {
    this.authority = authority;
    this.#sites = sites;
    this.#address = address;
    this.#proxy = createServer((_request, response) => response.writeHead(400).end());
    this.#proxy.on("connect", (request: IncomingMessage, socket: Duplex) => {
      const [host = ""] = (request.url ?? "").split(":");
      this.#keep(socket);
      if (login !== undefined && request.headers["proxy-authorization"] !== `Basic ${btoa(login)}`) {
        return void socket.end(
          'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="lab"\r\n\r\n',
        );
      }
      if (!hosts.has(host)) {
        this.requests.push(`CONNECT ${host}`);
        return void socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
      }
      const site = connect((this.#sites.address() as AddressInfo).port, "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
        socket.pipe(site).pipe(socket);
      });
      this.#keep(site);
      for (const [one, other] of [
        [socket, site],
        [site, socket],
      ] as const)
        one.on("close", () => other.destroy());
    });
  }

  /** Starts the proxy with the sites behind it, by host name. */
  static async start(
    sites: Readonly<Record<string, RequestListener>>,
    options: ProxyOptions = {},
  ): Promise<InspectingProxy> {
    const period = { notBefore: new Date(Date.now() - HOUR), notAfter: new Date(Date.now() + 24 * HOUR) };
    const authority = await createAuthority("an inspecting proxy", period);
    const contexts = new Map<string, SecureContext>();
    for (const host of Object.keys(sites)) {
      const { certificate, key } = await createServerCertificate(authority, [host], period);
      contexts.set(host, createSecureContext({ cert: certificate, key }));
    }
    const server = createSecureServer(
      { SNICallback: (host, done) => done(null, contexts.get(host)) },
      (request, response) => {
        const host = request.headers.host ?? "";
        sites[host]?.(request, response);
      },
    );
    server.listen(0, "127.0.0.1");
    const proxy = new InspectingProxy(authority, server, options, new Set(Object.keys(sites)));
    server.on("request", ({ method, headers, url }: IncomingMessage) =>
      proxy.requests.push(`${method} ${headers.host}${url}`),
    );
    proxy.#proxy.listen(0, proxy.#address);
    await Promise.all([once(server, "listening"), once(proxy.#proxy, "listening")]);
    return proxy;
  }

  get port(): number {
    return (this.#proxy.address() as AddressInfo).port;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#proxy.close();
    this.#sites.close();
  }

  #keep(socket: Duplex): void {
    this.#sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => this.#sockets.delete(socket));
  }
}
