import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { createServer, type Server } from "node:tls";
import { X509Certificate } from "node:crypto";
import { createAuthority, createServerCertificate } from "../../provider/state/x509.ts";
import type { LabHost } from "../../lab/lab.ts";

/** Forwards connections to a port of an address to a socket. Prints a line once it listens. */
const RELAY = `
  const { connect, createServer } = require("node:net");
  const [address, port, socket] = process.argv.slice(1);
  createServer((client) => {
    const server = connect(socket);
    for (const end of [client, server]) end.on("error", () => [client, server].forEach((each) => each.destroy()));
    client.pipe(server).pipe(client);
  }).listen(Number(port), address, () => console.log("listening"));`;

/** A TLS proxy at a host's address for its engine, which requires a client certificate. */
export class TlsProxy {
  readonly #server: Server;
  readonly #relay: ChildProcess;
  /** The environment variables with which the docker CLI reaches the engine. */
  readonly environment: Record<string, string>;

  private constructor(server: Server, relay: ChildProcess, environment: Record<string, string>) {
    this.#server = server;
    this.#relay = relay;
    this.environment = environment;
  }

  static async start(host: LabHost): Promise<TlsProxy> {
    const folder = join(host.folder, "certificates");
    mkdirSync(folder, { recursive: true });
    const period = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 86_400_000) };
    const authority = await createAuthority("engine", period);
    const own = await createServerCertificate(authority, [host.address], period);
    const client = await createServerCertificate(authority, ["client"], period);
    const files = { ca: authority.certificate, cert: client.certificate, key: client.key };
    for (const [name, pem] of Object.entries(files)) writeFileSync(join(folder, `${name}.pem`), pem, { mode: 0o600 });

    const expected = new X509Certificate(client.certificate).fingerprint256;
    // Node rejects a client certificate issued for servers, so this compares its fingerprint instead.
    const server = createServer(
      { cert: own.certificate, key: own.key, requestCert: true, rejectUnauthorized: false },
      (socket) => {
        socket.on("error", () => {});
        if (socket.getPeerX509Certificate()?.fingerprint256 !== expected) return void socket.destroy();
        const engine = connect(host.socket.replace("unix://", ""));
        engine.on("error", () => socket.destroy());
        socket.on("close", () => engine.destroy());
        socket.pipe(engine).pipe(socket);
      },
    );
    const socket = join(host.folder, "engine-tls.sock");
    server.listen(socket);
    await once(server, "listening");
    const [program, args] = host.command(process.execPath, "--eval", RELAY, host.address, "2376", socket);
    const relay = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
    await once(relay.stdout, "data");
    const DOCKER_HOST = `tcp://${host.address}:2376`;
    return new TlsProxy(server, relay, { DOCKER_HOST, DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: folder });
  }

  close(): void {
    this.#relay.kill();
    this.#server.close();
  }
}
