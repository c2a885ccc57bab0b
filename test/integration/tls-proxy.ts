import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import { createServer, type Server } from "node:tls";
import { X509Certificate } from "node:crypto";
import { createAuthority, createServerCertificate } from "../../provider/state/x509.ts";
import type { LabHost } from "../../lab/lab.ts";

/** A TLS proxy on 127.0.0.1 for a host's engine, which requires a client certificate. */
export class TlsProxy {
  readonly #server: Server;
  readonly #folder: string;

  private constructor(server: Server, folder: string) {
    this.#server = server;
    this.#folder = folder;
  }

  static async start(host: LabHost): Promise<TlsProxy> {
    const folder = join(host.folder, "certificates");
    mkdirSync(folder, { recursive: true });
    const period = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 86_400_000) };
    const authority = await createAuthority("engine", period);
    const own = await createServerCertificate(authority, ["127.0.0.1"], period);
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
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new TlsProxy(server, folder);
  }

  /** The environment variables with which the docker CLI reaches it. */
  get environment(): Record<string, string> {
    const { port } = this.#server.address() as AddressInfo;
    return { DOCKER_HOST: `tcp://127.0.0.1:${port}`, DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: this.#folder };
  }

  close(): void {
    this.#server.close();
  }
}
