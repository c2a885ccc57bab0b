import "reflect-metadata";
import { createPrivateKey, webcrypto } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";
import type { LabHost } from "../../lab/lab.ts";
import { createAuthority, type KeyPair } from "../../provider/state/x509.ts";
import { changeSwarm, waitFor } from "../integration/manual-changes.ts";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);

const certificateFile = ({ folder }: LabHost) => join(folder, "docker/swarm/certificates/swarm-node.crt");

/** Reads the certificate of a host's node. */
export function readNodeCertificate(host: LabHost): x509.X509Certificate {
  const [first = ""] = readFileSync(certificateFile(host), "utf8").split(/(?<=-----END CERTIFICATE-----)/);
  return new x509.X509Certificate(first);
}

/** Gives a Swarm an authority with a known key, and waits until all its nodes have certificates of it. */
export async function replaceAuthority(manager: LabHost, hosts: readonly LabHost[]): Promise<KeyPair> {
  const authority = await createAuthority("swarm-ca", { notBefore: daysAgo(400), notAfter: daysAgo(-400) });
  const { certificate: SigningCACert, key: SigningCAKey } = authority;
  await changeSwarm(manager.engine, (spec) => {
    spec.CAConfig = { ...spec.CAConfig, SigningCACert, SigningCAKey };
  });
  const { publicKey } = new x509.X509Certificate(authority.certificate);
  const hasNew = (host: LabHost) => readNodeCertificate(host).verify({ publicKey, signatureOnly: true });
  await waitFor(async () => {
    const { RootRotationInProgress } = await manager.engine.request<{ RootRotationInProgress: boolean }>(
      "GET",
      "/swarm",
    );
    return !RootRotationInProgress && (await Promise.all(hosts.map(hasNew))).every(Boolean);
  }, "the nodes to have certificates of the new authority");
  return authority;
}

/** Gives a node the certificate of an engine that was off for 100 days, and restarts the engine. */
export async function expireCertificate(host: LabHost, authority: KeyPair): Promise<void> {
  await host.stopEngine();
  const { serialNumber, subjectName, publicKey, extensions } = readNodeCertificate(host);
  const key = createPrivateKey(authority.key).export({ format: "der", type: "pkcs8" });
  const expired = await x509.X509CertificateGenerator.create({
    ...{ serialNumber, subject: subjectName, publicKey, extensions },
    issuer: new x509.X509Certificate(authority.certificate).subjectName,
    notBefore: daysAgo(190),
    notAfter: daysAgo(100),
    signingKey: await webcrypto.subtle.importKey("pkcs8", key, ALGORITHM, false, ["sign"]),
    signingAlgorithm: ALGORITHM,
  });
  writeFileSync(certificateFile(host), `${expired.toString("pem")}\n`);
  await host.startEngine();
  await waitFor(async () => (await host.engine.info()).Swarm.LocalNodeState === "error", "the node to have expired");
}
