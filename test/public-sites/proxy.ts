import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  request as requestHttp,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, connect, isIP, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createSecureContext, type SecureContext } from "node:tls";
import { createAuthority, createServerCertificate, type KeyPair } from "../../provider/state/x509.ts";

const HOUR = 3_600_000;

export interface ProxyOptions {
  /** Login that the proxy requires: `user:password`. @default - none */
  login?: string;
  /** Address to listen on. @default 127.0.0.1 */
  address?: string;
  /** Whether it connects to other hosts as well, such as package registries. @default false */
  forwards?: boolean;
}

/**
 * A forward proxy that inspects TLS, as in many companies: it answers CONNECT, and then the requests of the client
 * itself, with certificates of its own authority. It forwards what is for other hosts, uninspected, or refuses it. It
 * always refuses addresses and `localhost`: a company's proxy does not reach a user's engines and stores.
 */
export class InspectingProxy {
  /** The requests that arrived: `GET host/path` for its sites, `FORWARDED host` and `REFUSED host` for others. */
  readonly requests: string[] = [];
  readonly authority: KeyPair;
  readonly #proxy: Server;
  readonly #sites: Server;
  readonly #address: string;
  readonly #forwards: boolean;
  readonly #sockets = new Set<Duplex>();

  private constructor(
    authority: KeyPair,
    sites: Server,
    { login, address = "127.0.0.1", forwards = false }: ProxyOptions,
    hosts: Set<string>,
  ) {
    this.authority = authority;
    this.#sites = sites;
    this.#address = address;
    this.#forwards = forwards;
    this.#proxy = createServer((request, response) => this.#forward(request, response));
    this.#proxy.on("connect", (request: IncomingMessage, socket: Duplex) => {
      const { hostname: host, port } = new URL(`http://${request.url}`);
      this.#keep(socket);
      if (login !== undefined && request.headers["proxy-authorization"] !== `Basic ${btoa(login)}`) {
        return void socket.end(
          'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="lab"\r\n\r\n',
        );
      }
      if (hosts.has(host)) return this.#join(socket, connect((this.#sites.address() as AddressInfo).port, "127.0.0.1"));
      if (this.#accepts(host)) return this.#join(socket, connect(Number(port || 80), host));
      socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
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

  #accepts(host: string): boolean {
    const accepted = this.#forwards && isPublic(host);
    this.requests.push(`${accepted ? "FORWARDED" : "REFUSED"} ${host}`);
    return accepted;
  }

  /** Forwards a request without TLS, such as apt's. */
  #forward(request: IncomingMessage, response: ServerResponse): void {
    const { method, url = "", headers } = request;
    if (!URL.canParse(url)) return void response.writeHead(400).end();
    if (!this.#accepts(new URL(url).hostname)) return void response.writeHead(403).end();
    const forwarded = requestHttp(url, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    forwarded.on("error", () => response.destroy());
    request.pipe(forwarded);
  }

  #join(client: Duplex, site: Socket): void {
    this.#keep(site);
    site.on("connect", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      client.pipe(site).pipe(client);
    });
    client.on("close", () => site.destroy());
    site.on("close", () => client.end());
  }

  #keep(socket: Duplex): void {
    this.#sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => this.#sockets.delete(socket));
  }
}

/** Whether a host is named as those of the public internet are. */
const isPublic = (host: string) => isIP(host.replace(/^\[|\]$/g, "")) === 0 && host.includes(".");
